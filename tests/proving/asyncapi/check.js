// Holds a catalogue against the AsyncAPI specification, by its own parser.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.env.CATALOGUE, "utf8"));
const faults = diagnostics.filter((it) => it.severity === 0);
for (const it of faults) console.log(`${it.path.join(".")}: ${it.message}`);
console.log(`AsyncAPI ${document?.version()}: ${document?.channels().length} channels, ${faults.length} faults`);
process.exit(document && faults.length === 0 ? 0 : 1);
