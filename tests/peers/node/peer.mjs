// An e-OPen backend in Node.js, written from docs/for-eopen.md alone: files requests in both modes, follows the answers.
// Usage: node peer.mjs BROKER     Prints one JSON line per answer, and exits with 0 when each record had its own.
import { randomUUID } from "node:crypto";
import { CloudEvent, Kafka as Binding } from "cloudevents";
import { Kafka, logLevel } from "kafkajs";

const SOURCE = "/eopen/node-peer";
const FILED = "id.go.bekasikota.eopen.request.filed.v1";
const OURS = "id.go.bekasikota.halopamor.";
const DEADLINE = 60_000;

const kafka = new Kafka({ brokers: [process.argv[2]], clientId: "node-peer", logLevel: logLevel.ERROR });
const run = randomUUID().slice(0, 8);
const waiting = new Map(); // ce_id of a record -> names of the answers still to come
const answered = new Set();

function filing(name, changes = {}) {
  const eopenId = `NODE-${run}-${name}`;
  const now = new Date().toISOString();
  const resident = { name: "Contoh Warga Node", nik: "3275991708850001", phone: "0812-3456-7890", address: "Jl. Contoh No. 1" };
  return new CloudEvent({
    id: randomUUID(),
    source: SOURCE,
    type: FILED,
    time: now,
    datacontenttype: "application/json",
    partitionkey: eopenId,
    data: {
      occurred_at: now,
      eopen_id: eopenId,
      resident: { ...resident, ...changes },
      kelurahan_code: "32.75.09.1003",
      rw: "005",
      documents: ["ktp_el"],
    },
  });
}

function record(event, mode) {
  const { key, headers, value } = Binding[mode](event);
  const set = Object.entries(headers).filter(([, text]) => text !== undefined); // kafkajs fails on what the SDK leaves undefined
  return { key, headers: Object.fromEntries(set), value: typeof value === "string" ? value : JSON.stringify(value) };
}

async function send(producer, event, mode, answers) {
  waiting.set(event.id, new Set(answers));
  await producer.send({ topic: "eopen.request.v1", acks: -1, messages: [record(event, mode)] });
}

function read(message) {
  const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, value.toString()]));
  const event = Binding.toEvent({ key: message.key.toString(), headers, value: message.value.toString() });
  const data = typeof event.data === "string" ? JSON.parse(event.data) : event.data;
  return { id: event.id, source: event.source, name: event.type.slice(OURS.length, -3), cause: event.causationid, data };
}

function note(answer) {
  const key = `${answer.source} ${answer.id}`;
  const open = waiting.get(answer.cause);
  if (answered.has(key) || !open?.delete(answer.name)) return;
  answered.add(key);
  const { status, reasons, source_ref, tracking_no } = answer.data;
  console.log(JSON.stringify({ answer: answer.name, source_ref, tracking_no, status, reasons }));
}

async function follow(consumer) {
  await consumer.connect();
  await consumer.subscribe({ topic: "halopamor.intake.request.v1", fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => note(read(message)) });
}

async function everythingAnswered() {
  const end = Date.now() + DEADLINE;
  while ([...waiting.values()].some((open) => open.size > 0)) {
    if (Date.now() > end) throw new Error(`no answer: ${[...waiting.values()].map((open) => [...open])}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const producer = kafka.producer();
const consumer = kafka.consumer({ groupId: `node-peer-${run}` });
try {
  await producer.connect();
  await follow(consumer);
  const binary = filing("binary");
  await send(producer, binary, "binary", ["request.received", "request.progressed"]);
  await send(producer, filing("structured"), "structured", ["request.received", "request.progressed"]);
  await send(producer, filing("bad", { nik: "32759917" }), "binary", ["request.refused"]);
  await everythingAnswered();
  await send(producer, binary.cloneWith({ id: randomUUID() }), "structured", ["request.progressed"]);
  await everythingAnswered();
} finally {
  await Promise.allSettled([producer.disconnect(), consumer.disconnect()]);
}
