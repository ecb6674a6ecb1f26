// What the scripts share: where the node is, the accounts of the development mnemonic, and an independent judge of proofs.
import { RLP } from '@ethereumjs/rlp';
import { Trie } from '@ethereumjs/trie';
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { getBytes, hexlify, keccak256, toBigInt } from 'ethers';

export { assert };
export const url = process.argv[2];
export const socketUrl = url.replace('http', 'ws');
export const mnemonic = 'test test test test test test test test test test test junk';
// Each script's own, since a script may end before its last transfer is mined; digits alone, so that it has no checksum.
export const bob = '0x' + String(basename(process.argv[1]).charCodeAt(0)).padStart(40, '3');

export function step(name) {
  console.log(`ok ${name}`);
}

// Ends the process, whatever sockets and timers the library left behind.
export async function run(body) {
  try {
    await body();
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}

// Judges an eth_getProof answer by @ethereumjs/trie, which shares no code with the node; gives the proved balance.
export async function provedBalance(stateRoot, proof) {
  const nodes = proof.accountProof.map((node) => getBytes(node));
  assert.equal(keccak256(nodes[0]), stateRoot, 'the proof begins at the state root');
  const encoded = await Trie.verifyProof(getBytes(proof.address), nodes, { useKeyHashing: true });
  assert.ok(encoded, 'the account is in the state');
  const [nonce, balance, storageHash, codeHash] = RLP.decode(encoded);
  const number = (bytes) => (bytes.length === 0 ? 0n : toBigInt(bytes));
  assert.equal(number(nonce), BigInt(proof.nonce));
  assert.equal(number(balance), BigInt(proof.balance));
  assert.equal(hexlify(storageHash), proof.storageHash);
  assert.equal(hexlify(codeHash), proof.codeHash);
  return number(balance);
}
