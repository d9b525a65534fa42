// node-osc and osc.js against our codec: what they write we read, what we write they read.
// node osc_peers.mjs PATH_TO_OSC_ECHO; leaves with 77 (skipped) when the packages are not there.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import dgram from 'node:dgram';
import net from 'node:net';
import { createInterface } from 'node:readline';

let nodeOsc, osc;
try {
  nodeOsc = await import('node-osc');
  osc = (await import('osc')).default;
} catch (error) {
  console.log(`skipped: ${error.message}`);
  process.exit(77);
}

const echo = spawn(process.argv[2], [], { stdio: ['ignore', 'pipe', 'inherit'] });
process.on('exit', () => echo.kill());
const lines = createInterface({ input: echo.stdout });
const waiting = [], seen = [];
lines.on('line', (line) => (waiting.length ? waiting.shift()(line) : seen.push(line)));
const nextLine = () => (seen.length ? seen.shift() : new Promise((done) => waiting.push(done)));
const limit = setTimeout(() => {
  echo.kill();
  throw new Error('no answer within 20 s');
}, 20000);
const port = Number((await nextLine()).split(' ')[1]);
let checks = 0;
const same = (actual, expected, what) => {
  assert.deepEqual(actual, expected, what);
  ++checks;
};

const udp = dgram.createSocket('udp4');
const viaUdp = (bytes) =>
  new Promise((done) => {
    udp.once('message', (reply) => done(new Uint8Array(reply)));
    udp.send(bytes, port, '127.0.0.1');
  });
const options = { metadata: true, unpackSingleArgs: false };

// osc.js, every type that it knows, by UDP.
const time = { raw: [3912345678, 0x40000000] };
const messages = [
  [{ address: '/part/1/note', args: [{ type: 'i', value: 60 }, { type: 'f', value: 0.5 }] }, '/part/1/note 60 0.5'],
  [{ address: '/all', args: [{ type: 's', value: 'two words' }, { type: 'S', value: 'sym' }, { type: 'd', value: 0.1 },
      { type: 'T' }, { type: 'F' }, { type: 'N' }, { type: 'I' }] }, '/all "two words" S:"sym" d:0.1 T F N I'],
  [{ address: '/blob', args: [{ type: 'b', value: new Uint8Array([1, 2, 3, 4, 5]) }] }, '/blob b:0102030405'],
  [{ address: '/time', args: [{ type: 't', value: time }] }, '/time t:3912345678.25'],
  [{ address: '/long', args: [{ type: 'h', value: { high: -1, low: -5, unsigned: false } }] }, '/long h:-5'],
  [{ address: '/char', args: [{ type: 'c', value: 'A' }] }, '/char c:"A"'],
  [{ address: '/colour', args: [{ type: 'r', value: { r: 255, g: 128, b: 0, a: 1 } }] }, '/colour r:#ff8000ff'],
  [{ address: '/midi', args: [{ type: 'm', value: new Uint8Array([0, 0x90, 60, 127]) }] }, '/midi m:00903c7f'],
  [{ address: '/array', args: [{ type: 'i', value: 1 }, [{ type: 'f', value: 2 }, { type: 's', value: 'x' }],
      { type: 'T' }] }, '/array 1 [2.0 "x"] T'],
  [{ address: '/nothing', args: [] }, '/nothing'],
];
for (const [message, text] of messages) {
  const sent = osc.writePacket(message, options);
  const reply = await viaUdp(sent);
  same(await nextLine(), text);
  same(reply, sent, `${text}: our bytes are osc.js's bytes`);
  same(osc.readPacket(reply, options), osc.readPacket(sent, options), `${text}: osc.js reads what we write`);
}

// A bundle with a time, of both.
const bundle = osc.writePacket(
  { timeTag: time, packets: [{ address: '/a', args: [{ type: 'i', value: 1 }] }, { address: '/b', args: [] }] }, options);
same(await viaUdp(bundle), bundle);
same([await nextLine(), await nextLine()], ['/a 1', '/b']);

// Their broken packets are refused with the reason.
const refused = osc.readPacket(await viaUdp(new Uint8Array([0x2f, 0x61, 0, 0, 0x2c, 0x69, 0, 0])), options);
same(refused.address, '/refused');
await nextLine();

// node-osc by UDP, a client and a server of its own.
const server = new nodeOsc.Server(0, '127.0.0.1');
await new Promise((done) => server.on('listening', done));
const client = new nodeOsc.Client('127.0.0.1', port);
const message = new nodeOsc.Message('/part/1/gain', -6.5, 'dB', 7, true, false);
await new Promise((done, failed) => client.send(message, (error) => (error ? failed(error) : done())));
same(await nextLine(), '/part/1/gain -6.5 "dB" 7.0 T F');
await client.close();
// What we write reaches a node-osc server: the echo of a datagram sent from the server's own socket comes back there.
const arrived = new Promise((done) => server.on('message', done));
server._sock.send(osc.writePacket({ address: '/part/2/gain', args: [{ type: 'f', value: -0.5 }, { type: 's', value: 'ok' }] },
  options), port, '127.0.0.1');
same(await arrived, ['/part/2/gain', -0.5, 'ok']);
await nextLine();
await server.close();

// osc.js's SLIP and a length prefix by TCP; the first packet is a bundle, sent byte by byte.
const viaTcp = (stream, length) =>
  new Promise((done, failed) => {
    const socket = net.connect(port, '127.0.0.1', async () => {
      socket.setNoDelay(true);
      for (const byte of stream) await new Promise((next) => socket.write(new Uint8Array([byte]), next));
    });
    let reply = Buffer.alloc(0);
    socket.on('data', (data) => {
      reply = Buffer.concat([reply, data]);
      if (reply.length >= length) {
        socket.destroy();
        done(new Uint8Array(reply));
      }
    });
    socket.on('error', failed);
  });
const slip = (await import('slip')).default;
const framed = slip.encode(bundle);
same(await viaTcp(framed, framed.length), framed, 'SLIP');
same([await nextLine(), await nextLine()], ['/a 1', '/b']);
const prefixed = new Uint8Array(4 + bundle.length);
new DataView(prefixed.buffer).setInt32(0, bundle.length);
prefixed.set(bundle, 4);
same(await viaTcp(prefixed, prefixed.length), prefixed, 'length prefix');
same([await nextLine(), await nextLine()], ['/a 1', '/b']);

udp.send(osc.writePacket({ address: '/quit', args: [] }, options), port, '127.0.0.1');
const code = await new Promise((done) => echo.on('exit', done));
same(code, 0);
udp.close();
clearTimeout(limit);
console.log(`${checks} checks with node-osc and osc.js passed`);
