// node v2_codes.mjs V2-TABLES.json > v2codes.tsv: the tables of HL7 v2 whose CodeSystem in R4 is complete, a
// table a line: its number, then its codes, all separated by tabs. See README.md.
import { readFileSync } from 'node:fs';

const URL = /^http:\/\/terminology\.hl7\.org\/CodeSystem\/v2-(\d{4})$/;
const lines = [];
for (const { resource } of JSON.parse(readFileSync(process.argv[2], 'utf8')).entry) {
  const number = URL.exec(resource.url)?.[1];
  if (resource.resourceType !== 'CodeSystem' || !number || resource.content !== 'complete') continue;
  const codes = new Set();
  const walk = (concepts) => {
    for (const { code, concept } of concepts ?? []) {
      codes.add(code);
      walk(concept);
    }
  };
  walk(resource.concept);
  lines.push([number, ...[...codes].sort()].join('\t'));
}
console.log(lines.sort().join('\n'));
