// work.js: something for JavaScriptCore to do on our libatomic: strings, compiled loops, a shared
// buffer, and garbage that its collector's threads mark while the program goes on.
const text = "the quick brown fox jumps over the lazy dog ".repeat(2000), words = {};
for (const word of text.split(" ")) if (word) words[word] = (words[word] | 0) + 1;
print(JSON.stringify(words));

const mix = i => (i * 7919) % 10007;
let sum = 0;
for (let i = 0; i < 1000000; i++) sum += mix(i);
print(sum);

const cells = new Int32Array(new SharedArrayBuffer(1024));
for (let i = 0; i < 1000; i++) Atomics.add(cells, i % 7, i);
print(Array.from({length: 7}, (_, i) => Atomics.load(cells, i)).join(" "));

let objects = [];
for (let i = 0; i < 200000; i++) objects.push({number: i, name: "object " + i});
objects = objects.filter(object => object.number % 3 == 0);
print(objects.length, objects[objects.length - 1].name);
