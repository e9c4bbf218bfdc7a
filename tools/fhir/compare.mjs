#!/usr/bin/env node
// compare.mjs OURS.ndjson MESSAGES... : how far expected outputs of other converters agree with ours.
// Each MESSAGES is a file of one message, NAME.hl7, whose expected Bundle is NAME.expected.json beside it; OURS has a Bundle
// a line for each of them that has one, in that order. Writes a line for each place (type of resource, path) of the
// expected Bundles: how many values are there, at the same place in ours, elsewhere in ours, and nowhere.
import { existsSync, readFileSync } from 'node:fs';

const [ours, ...messages] = process.argv.slice(2);
const expected = messages.map((file) => file.replace(/\.hl7$/, '.expected.json')).filter(existsSync);
const lines = readFileSync(ours, 'utf8').split('\n').filter(Boolean);

/** Letters and digits alone, in lower case; of a time the minutes, of a number the value. */
const flat = (value) => {
  const text = String(value).normalize('NFKC').trim();
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return text.slice(0, 10);
  if (/^-?\d+(\.\d+)?$/.test(text)) return String(Number(text));
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
};

function* leaves(value, path) {
  if (Array.isArray(value)) for (const item of value) yield* leaves(item, path);
  else if (value && typeof value === 'object') {
    for (const [key, item] of Object.entries(value)) {
      if (!['id', 'reference', 'fullUrl', 'resourceType', 'div', 'data', 'lastUpdated'].includes(key)) yield* leaves(item, `${path}.${key}`);
    }
  } else yield [path, flat(value)];
}

const resources = (bundle) => (bundle.entry ?? []).map((entry) => entry.resource).filter(Boolean);
const places = new Map();
expected.forEach((file, n) => {
  const bundle = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  const here = new Set();
  const anywhere = new Set();
  for (const resource of resources(JSON.parse(lines[n]))) {
    for (const [path, value] of leaves(resource, resource.resourceType)) {
      here.add(`${path}\t${value}`);
      anywhere.add(value);
    }
  }
  for (const resource of resources(bundle)) {
    for (const [path, value] of leaves(resource, resource.resourceType)) {
      const count = places.get(path) ?? { all: 0, here: 0, elsewhere: 0, examples: [] };
      places.set(path, count);
      count.all += 1;
      if (here.has(`${path}\t${value}`)) count.here += 1;
      else if (anywhere.has(value)) count.elsewhere += 1;
      else if (count.examples.length < 3 && !count.examples.includes(value)) count.examples.push(value);
    }
  }
});
const total = { all: 0, here: 0, elsewhere: 0 };
for (const [path, count] of [...places].sort(([, a], [, b]) => b.all - b.here - (a.all - a.here))) {
  for (const key of Object.keys(total)) total[key] += count[key];
  const nowhere = count.all - count.here - count.elsewhere;
  console.log([path, count.all, count.here, count.elsewhere, nowhere, count.examples.join(' ')].join('\t'));
}
const share = (n) => `${n} (${((100 * n) / total.all).toFixed(1)} %)`;
console.error(`${expected.length} Bundles, ${total.all} values: ${share(total.here)} at the same place, ${share(total.elsewhere)} elsewhere, ${share(total.all - total.here - total.elsewhere)} nowhere`);
