// A gRPC peer in JavaScript: `peer.js client PORT` checks a server, `peer.js server` is one and prints its port.
'use strict';
const assert = require('assert');
const crypto = require('crypto');
const grpc = require('@grpc/grpc-js');

const prefix = '/hierarchy.tests.rpc.EchoService/';
const MiB = 1024 * 1024;

// The messages are (text = 1, count = 2, payload = 3); nothing here needs generated code.
function varint(value) {
  const out = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push((value & 127) | 128);
  out.push(value);
  return Buffer.from(out);
}

function encode({ text = '', count = 0, payload = Buffer.alloc(0) }) {
  const parts = [];
  const raw = Buffer.from(text);
  if (raw.length) parts.push(Buffer.from([0x0a]), varint(raw.length), raw);
  if (count) parts.push(Buffer.from([0x10]), varint(count));
  if (payload.length) parts.push(Buffer.from([0x1a]), varint(payload.length), payload);
  return Buffer.concat(parts);
}

function decode(data) {
  let at = 0;
  const number = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = data[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  const message = { text: '', count: 0, payload: Buffer.alloc(0) };
  while (at < data.length) {
    const tag = number();
    const value = number();
    if (tag >> 3 === 2) { message.count = value; continue; }
    const bytes = data.subarray(at, at += value);
    if (tag >> 3 === 1) message.text = bytes.toString(); else message.payload = Buffer.from(bytes);
  }
  return message;
}

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

async function client(port) {
  const peer = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), { 'grpc.max_receive_message_length': 4 * MiB });
  const unary = (message, { path = prefix + 'Unary', metadata = new grpc.Metadata(), ...options } = {}) => new Promise((resolve, reject) =>
    peer.makeUnaryRequest(path, encode, decode, message, metadata, options, (error, answer) => error ? reject(error) : resolve(answer)));
  const expand = message => peer.makeServerStreamRequest(prefix + 'Expand', encode, decode, message);
  const fails = async (promise, code) => {
    const error = await promise.then(() => assert.fail(`no error instead of ${code}`), e => e);
    assert.strictEqual(error.code, code, error.message);
    return error;
  };
  const all = async stream => { const found = []; for await (const message of stream) found.push(message); return found; };

  const echoed = await unary({ text: 'grüße', count: 7, payload: Buffer.alloc(MiB, 1) });
  assert.ok(echoed.text === 'grüße' && echoed.count === 7 && echoed.payload.length === MiB);
  const collected = await new Promise((resolve, reject) => {
    const call = peer.makeClientStreamRequest(prefix + 'Collect', encode, decode, (error, answer) => error ? reject(error) : resolve(answer));
    for (let i = 0; i < 500; i++) call.write({ text: 'a' });
    call.end();
  });
  assert.strictEqual(collected.count, 500);
  assert.deepStrictEqual((await all(expand({ text: 't', count: 500 }))).map(m => m.count), [...Array(500).keys()]);
  const chat = peer.makeBidiStreamRequest(prefix + 'Chat', encode, decode);
  for (let i = 0; i < 200; i++) chat.write({ count: i });
  chat.end();
  assert.deepStrictEqual((await all(chat)).map(m => m.count), [...Array(200).keys()]);
  console.log('kinds');

  await fails(unary({ text: 'sleep' }, { deadline: Date.now() + 700 }), grpc.status.DEADLINE_EXCEEDED);
  console.log('deadline');

  const sleeping = expand({ text: 'sleep' });
  sleeping.on('error', () => {});
  await new Promise(resolve => sleeping.once('data', resolve));
  sleeping.cancel();
  for (const end = Date.now() + 10000; (await unary({ text: 'cancelled?' })).count < 2; await pause(20))
    assert.ok(Date.now() < end, 'the server did not see the cancellation');
  console.log('cancel');

  const metadata = new grpc.Metadata();
  metadata.set('echo-bin', Buffer.from([0, 255, 7]));
  const error = await fails(unary({ text: 'fail' }, { metadata }), grpc.status.NOT_FOUND);
  assert.strictEqual(error.details, 'größer 100 %\n');
  assert.deepStrictEqual(error.metadata.get('why'), ['because']);
  assert.deepStrictEqual(error.metadata.get('echo-bin'), [Buffer.from([0, 255, 7])]);
  console.log('status');

  const zipping = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), { 'grpc.default_compression_algorithm': 2 });
  const zipped = await new Promise((resolve, reject) => zipping.makeUnaryRequest(
    prefix + 'Unary', encode, decode, { text: 'z'.repeat(100000) }, (e, answer) => e ? reject(e) : resolve(answer)));
  assert.strictEqual(zipped.text.length, 100000);
  zipping.close();
  console.log('compression');

  await fails(unary({ payload: Buffer.alloc(4 * MiB + 1) }), grpc.status.RESOURCE_EXHAUSTED);
  await fails(all(expand({ text: 'huge', count: 1 })), grpc.status.RESOURCE_EXHAUSTED);
  console.log('oversize');

  let total = 0;
  let number = 0;
  for await (const message of expand({ count: 400, payload: Buffer.alloc(52429) })) {
    total += message.payload.length;
    if (number++ % 40 === 0) await pause(50);
  }
  assert.strictEqual(total, 400 * 52429);
  console.log('slow');

  await fails(unary({}, { path: prefix + 'NoSuch' }), grpc.status.UNIMPLEMENTED);
  await fails(unary({}, { path: '/no.Such/Unary' }), grpc.status.UNIMPLEMENTED);
  console.log('unimplemented');
  peer.close();
}

function server() {
  let cancelled = 0;
  const sleep = call => call.on('cancelled', () => cancelled++);
  const method = (name, requestStream, responseStream) => ({
    path: prefix + name, requestStream, responseStream,
    requestSerialize: encode, requestDeserialize: decode, responseSerialize: encode, responseDeserialize: decode,
  });
  const peer = new grpc.Server({ 'grpc.max_receive_message_length': 4 * MiB, 'grpc.default_compression_algorithm': 2 });
  peer.addService({
    Unary: method('Unary', false, false),
    Collect: method('Collect', true, false),
    Expand: method('Expand', false, true),
    Chat: method('Chat', true, true),
  }, {
    Unary(call, done) {
      const { text } = call.request;
      if (text === 'sleep') return sleep(call);
      if (text === 'cancelled?') return done(null, { count: cancelled });
      if (text === 'fail') {
        const metadata = new grpc.Metadata();
        metadata.set('why', 'because');
        metadata.set('echo-bin', call.metadata.get('echo-bin')[0]);
        return done({ code: grpc.status.NOT_FOUND, details: 'größer 100 %\n', metadata });
      }
      return done(null, call.request);
    },
    Collect(call, done) {
      let count = 0;
      call.on('data', () => count++);
      call.on('end', () => done(null, { count }));
    },
    async Expand(call) {
      const { text, count, payload } = call.request;
      if (text === 'sleep') { call.write({}); return sleep(call); }
      if (text === 'huge') call.write({ payload: crypto.randomBytes(5 * MiB) });
      else {
        for (let i = 0; i < count; i++)
          if (!call.write({ text, count: i, payload })) await new Promise(resolve => call.once('drain', resolve));
      }
      return call.end();
    },
    Chat(call) {
      call.on('data', message => call.write(message));
      call.on('end', () => call.end());
    },
  });
  peer.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => console.log(port));
  process.stdin.resume();
  process.stdin.on('end', () => { peer.forceShutdown(); process.exit(0); });
}

if (process.argv[2] === 'client') client(process.argv[3]).then(() => process.exit(0), error => { console.error(error); process.exit(1); });
else server();
