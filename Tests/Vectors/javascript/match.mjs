// Answers as JavaScript does: one line of JSON in, {"pattern":…,"names":[…]}, one line out: null for no pattern, else an answer for each name.
import { createInterface } from 'node:readline';

for await (const line of createInterface({ input: process.stdin })) {
    const { pattern, names } = JSON.parse(line);
    let regex = null;
    try { regex = new RegExp(pattern, 'i'); } catch { console.log('null'); continue; }
    const answers = names.map((name) => { const text = name.trim(); return text !== '' && regex.test(text); });
    console.log(JSON.stringify(answers));
}
