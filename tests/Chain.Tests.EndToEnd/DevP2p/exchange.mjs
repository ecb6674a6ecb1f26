// Connects to a node by @ethereumjs/devp2p and holds what it says against what its JSON-RPC says.
// Arguments: enode URL, JSON-RPC URL, admin URL, genesis file.
import { createCommonFromGethGenesis } from '@ethereumjs/common';
import { ETH, RLPx } from '@ethereumjs/devp2p';
import { RLP } from '@ethereumjs/rlp';
import { bigIntToUnpaddedBytes, bytesToBigInt, bytesToHex, hexToBytes, intToUnpaddedBytes } from '@ethereumjs/util';
import { HDNodeWallet, Mnemonic, Transaction, keccak256 } from 'ethers';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [enode, rpcUrl, adminUrl, genesisFile] = process.argv.slice(2);
const [, nodeId, host, port] = /^enode:\/\/([0-9a-f]{128})@([^:]+):(\d+)/.exec(enode);
const Codes = { newBlockHashes: 0x01, transactions: 0x02, getHeaders: 0x03, headers: 0x04, getBodies: 0x05, bodies: 0x06, newBlock: 0x07, announce: 0x08, getPooled: 0x09, pooled: 0x0a, getReceipts: 0x0f, receipts: 0x10 };

function step(name) {
  console.log(`ok ${name}`);
}

async function ask(url, method, ...params) {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
  const { result, error } = await answer.json();
  assert.equal(error, undefined, `${method}: ${JSON.stringify(error)}`);
  return result;
}

const rpc = (method, ...params) => ask(rpcUrl, method, ...params);

async function until(look, what) {
  for (let i = 0; i < 600; i++) {
    const seen = await look();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not within a minute`);
}

const genesis = await rpc('eth_getBlockByNumber', '0x0', false);
// The library wants to be told what our genesis files leave out: a nonce, and that every fork up to London is there from block 0.
const genesisFields = JSON.parse(readFileSync(genesisFile, 'utf8'));
const forks = ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg', 'istanbul', 'berlin', 'london'];
const genesisJson = { nonce: '0x0', ...genesisFields, config: { ...genesisFields.config, ...Object.fromEntries(forks.map((fork) => [`${fork}Block`, 0])) } };

// A node of the library's own, with its end of one eth/68 connection: messages by kind, each taken once.
class Wire {
  constructor(genesisHash, listenPort) {
    const common = createCommonFromGethGenesis(genesisJson, { chain: 'test', genesisHash: hexToBytes(genesisHash) });
    this.genesisHash = genesisHash;
    this.waiting = [];
    this.heard = [];
    this.rlpx = new RLPx(randomBytes(32), { timeout: 20_000, maxPeers: 4, capabilities: [ETH.eth68], common, listenPort });
    this.added = new Promise((resolve, reject) => {
      this.rlpx.events.on('peer:added', resolve);
      this.rlpx.events.on('peer:error', (peer, error) => reject(error));
      this.rlpx.events.on('error', reject);
    });
    this.removed = new Promise((resolve) => this.rlpx.events.on('peer:removed', (peer, reason, byUs) => resolve({ reason, byUs })));
  }

  async dial() {
    await this.rlpx.connect({ id: hexToBytes(`0x${nodeId}`), address: host, tcpPort: Number(port), udpPort: Number(port) });
    return this;
  }

  // Without judging the node's status, the library leaves it to the node to find that the two do not fit.
  async greet({ judges = true } = {}) {
    const peer = await this.added;
    this.eth = peer.getProtocols().find((protocol) => protocol instanceof ETH);
    if (!judges) this.eth._handleStatus = () => {};
    const status = new Promise((resolve) => this.eth.events.on('status', resolve));
    this.eth.events.on('message', (code, payload) => this.hear(code, payload));
    this.eth.sendStatus({ td: bigIntToUnpaddedBytes(BigInt(genesis.difficulty)), bestHash: hexToBytes(this.genesisHash), genesisHash: hexToBytes(this.genesisHash) });
    if (!judges) return { peer };
    return { peer, status: await Promise.race([status, this.removed.then(({ reason }) => Promise.reject(new Error(`disconnected, reason ${reason}`)))]) };
  }

  hear(code, payload) {
    const waits = this.waiting.findIndex((wait) => wait.fits(code, payload));
    if (waits >= 0) this.waiting.splice(waits, 1)[0].resolve(payload);
    else this.heard.push({ code, payload });
  }

  next(code, fits = () => true) {
    const there = this.heard.findIndex((message) => message.code === code && fits(message.payload));
    if (there >= 0) return Promise.resolve(this.heard.splice(there, 1)[0].payload);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`message 0x${code.toString(16)} did not come within a minute`)), 60_000);
      this.waiting.push({ fits: (c, p) => c === code && fits(p), resolve: (p) => (clearTimeout(timer), resolve(p)) });
    });
  }

  async request(code, answerCode, id, what) {
    const number = intToUnpaddedBytes(id);
    const answer = this.next(answerCode, (payload) => bytesToHex(payload[0]) === bytesToHex(number));
    this.eth.sendMessage(code, [number, what]);
    return (await answer)[1];
  }
}

async function main() {
  const wire = await new Wire(genesis.hash, null).dial();
  const { peer, status } = await wire.greet();
  assert.match(peer.getHelloMessage().clientId, /^Chain\//);
  assert.equal(bytesToBigInt(status.chainId), 31337n);
  assert.equal(bytesToHex(status.genesisHash), genesis.hash);
  step('handshake, hello and status');

  await until(async () => Number(await rpc('eth_blockNumber')) >= 3, 'three blocks');
  const wallet = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase('test test test test test test test test test test test junk'), "m/44'/60'/0'/0/5");
  const sign = (nonce, type) => wallet.signTransaction({ type, chainId: 31337, nonce, to: wallet.address, value: 1n, gasLimit: 21000n, ...(type === 2 ? { maxFeePerGas: 20n ** 9n, maxPriorityFeePerGas: 10n ** 9n } : { gasPrice: 20n ** 9n }) });

  // A transaction given over the wire is in the node's pool or chain, and is mined.
  const first = await sign(0, 2);
  wire.eth.sendMessage(Codes.transactions, [hexToBytes(first)]);
  const second = await sign(1, 0);
  wire.eth.sendMessage(Codes.transactions, [RLP.decode(hexToBytes(second))]);
  for (const raw of [first, second]) await until(() => rpc('eth_getTransactionByHash', keccak256(raw)), 'a transaction sent over the wire');
  step('transactions are taken');

  // One given over JSON-RPC is announced with type and size, and handed out when asked for.
  const third = await sign(2, 2);
  const announced = wire.next(Codes.announce, ([, , hashes]) => hashes.some((hash) => bytesToHex(hash) === keccak256(third)));
  await rpc('eth_sendRawTransaction', third);
  const [types, sizes, hashes] = await announced;
  const at = hashes.findIndex((hash) => bytesToHex(hash) === keccak256(third));
  assert.deepEqual([types[at], Number(bytesToBigInt(sizes[at]))], [2, hexToBytes(third).length]);
  const pooled = await wire.request(Codes.getPooled, Codes.pooled, 7, [hexToBytes(keccak256(third))]);
  if (pooled.length > 0) assert.equal(bytesToHex(pooled[0]), third);
  else assert.notEqual(await rpc('eth_getTransactionReceipt', keccak256(third)), null, 'neither in the pool nor mined');
  step('transactions are announced and handed out');

  const receipt = await until(() => rpc('eth_getTransactionReceipt', keccak256(first)), 'the receipt');
  const block = await rpc('eth_getBlockByNumber', receipt.blockNumber, true);

  const headers = await wire.request(Codes.getHeaders, Codes.headers, 1, [new Uint8Array(), intToUnpaddedBytes(4), new Uint8Array(), new Uint8Array()]);
  assert.equal(headers.length, 4);
  assert.equal(keccak256(RLP.encode(headers[0])), genesis.hash);
  for (let i = 1; i < headers.length; i++) assert.equal(bytesToHex(headers[i][0]), keccak256(RLP.encode(headers[i - 1])));
  const [byHash, parent] = await wire.request(Codes.getHeaders, Codes.headers, 2, [hexToBytes(block.hash), intToUnpaddedBytes(2), new Uint8Array(), intToUnpaddedBytes(1)]);
  assert.equal(keccak256(RLP.encode(byHash)), block.hash);
  assert.equal(keccak256(RLP.encode(parent)), block.parentHash);
  const skipping = await wire.request(Codes.getHeaders, Codes.headers, 3, [new Uint8Array(), intToUnpaddedBytes(2), intToUnpaddedBytes(1), new Uint8Array()]);
  assert.deepEqual(skipping.map((header) => header[8].length === 0 ? 0 : Number(bytesToBigInt(header[8]))), [0, 2]);
  step('headers by number, by hash, backwards and with gaps');

  const bodies = await wire.request(Codes.getBodies, Codes.bodies, 4, [hexToBytes(block.hash), hexToBytes(genesis.hash)]);
  assert.equal(bodies.length, 2);
  const [transactions, ommers] = bodies[0];
  assert.deepEqual(ommers, []);
  const raw = transactions.map((transaction) => (transaction instanceof Uint8Array ? bytesToHex(transaction) : bytesToHex(RLP.encode(transaction))));
  assert.deepEqual(raw.map((bytes) => keccak256(bytes)), block.transactions.map((transaction) => transaction.hash));
  assert.equal(Transaction.from(first).from, wallet.address);
  assert.ok(raw.includes(first));
  assert.deepEqual(bodies[1], [[], []]);
  step('bodies');

  const [receipts] = await wire.request(Codes.getReceipts, Codes.receipts, 5, [hexToBytes(block.hash)]);
  assert.equal(receipts.length, block.transactions.length);
  const index = raw.indexOf(first);
  assert.equal(receipts[index][0], 2);
  const [succeeded, gas, bloom, logs] = RLP.decode(receipts[index].subarray(1));
  assert.deepEqual([bytesToHex(succeeded), Number(bytesToBigInt(gas)), bloom.length, logs.length], ['0x01', Number(receipt.cumulativeGasUsed), 256, 0]);
  step('receipts');

  const [newBlock, totalDifficulty] = await wire.next(Codes.newBlock);
  const heard = keccak256(RLP.encode(newBlock[0]));
  const same = await rpc('eth_getBlockByHash', heard, false);
  assert.equal(same.number, `0x${bytesToBigInt(newBlock[0][8]).toString(16)}`);
  assert.ok(bytesToBigInt(totalDifficulty) > BigInt(genesis.difficulty));
  step('a new block arrives whole');

  assert.deepEqual(await wire.request(Codes.getBodies, Codes.bodies, 6, [randomBytes(32)]), []);
  assert.deepEqual(await wire.request(Codes.getHeaders, Codes.headers, 8, [intToUnpaddedBytes(1_000_000_000), intToUnpaddedBytes(1), new Uint8Array(), new Uint8Array()]), []);
  step('what it does not have is answered with nothing');

  const other = await new Wire(`0x${'ab'.repeat(32)}`, null).dial();
  await other.greet({ judges: false });
  const { reason, byUs } = await other.removed;
  assert.deepEqual([Number(reason), byUs], [0x10, false]);
  step('another genesis is refused as a subprotocol matter');

  const listener = new Wire(genesis.hash, 1);
  await new Promise((resolve) => {
    listener.rlpx.events.once('listening', resolve);
    listener.rlpx.listen(0, '127.0.0.1');
  });
  const listenPort = listener.rlpx._server.address().port;
  await ask(adminUrl, 'admin_addPeer', `enode://${bytesToHex(listener.rlpx.id).slice(2)}@127.0.0.1:${listenPort}`);
  const dialled = await listener.greet();
  assert.equal(bytesToHex(dialled.status.genesisHash), genesis.hash);
  const [again] = await listener.request(Codes.getHeaders, Codes.headers, 9, [new Uint8Array(), intToUnpaddedBytes(1), new Uint8Array(), new Uint8Array()]);
  assert.equal(keccak256(RLP.encode(again)), genesis.hash);
  step('the node dials');
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
