import { HDNodeWallet, Mnemonic } from 'ethers';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { assert, bob, mnemonic, provedBalance, run, step, url, socketUrl } from './common.mjs';

const exec = promisify(execFile);

// The program itself: the wrapper of the npm package ends with 0 whatever happened.
const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
const program = createRequire(import.meta.url).resolve(`@foundry-rs/cast-${platform}/package.json`).replace('package.json', 'bin/cast');

async function cast(...args) {
  return (await exec(program, [...args, '--rpc-url', url], { timeout: 60_000 })).stdout.trim();
}

await run(async () => {
  assert.equal(await cast('chain-id'), '31337');
  assert.match(await cast('client'), /^Chain\//);
  assert.ok(Number(await cast('block-number')) >= 0);
  step('identity');

  const wallet = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(mnemonic), "m/44'/60'/0'/0/5");
  const before = BigInt(await cast('balance', bob));
  const receipt = JSON.parse(await cast('send', bob, '--value', '0.75ether', '--private-key', wallet.privateKey, '--json'));
  assert.equal(receipt.status, '0x1');
  assert.ok(BigInt(await cast('balance', bob)) >= before + 75n * 10n ** 16n);
  assert.equal(JSON.parse(await cast('receipt', receipt.transactionHash, '--json')).blockHash, receipt.blockHash);
  step('send and wait');

  assert.equal(JSON.parse(await cast('tx', receipt.transactionHash, '--json')).hash, receipt.transactionHash);
  assert.equal(JSON.parse(await cast('block', receipt.blockHash, '--json')).hash, receipt.blockHash);
  assert.ok(Number(await cast('nonce', wallet.address)) > 0);
  assert.equal(await cast('estimate', bob, '--value', '1', '--from', wallet.address), '21000');
  assert.equal(await cast('call', bob), '0x');
  assert.equal(await cast('code', bob), '0x');
  assert.ok(BigInt(await cast('gas-price')) > 0n);
  assert.ok(BigInt(await cast('base-fee')) > 0n);
  assert.equal(await cast('logs', '--from-block', '0', '--to-block', 'latest', '--json'), '[]');
  assert.match(await cast('rpc', 'txpool_status'), /pending/);
  step('queries');

  await assert.rejects(() => cast('send', bob, '--value', '1', '--nonce', '0', '--private-key', wallet.privateKey), /nonce too low/);
  step('refusals are recognised');

  const at = JSON.parse(await cast('block', '--json'));
  const proof = JSON.parse(await cast('proof', bob, '--block', String(Number(at.number))));
  assert.equal(await provedBalance(at.stateRoot, proof), BigInt(await cast('balance', bob, '--block', String(Number(at.number)))));
  step('a proof verifies');

  const { stdout } = await exec(program, ['rpc', '--rpc-url', socketUrl, 'eth_subscribe', '"newHeads"'], { timeout: 60_000 });
  assert.match(stdout, /^"?0x[0-9a-f]+"?\s*$/);
  step('subscriptions');
});
