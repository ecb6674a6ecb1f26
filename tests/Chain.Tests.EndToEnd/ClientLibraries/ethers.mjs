import { HDNodeWallet, JsonRpcProvider, Network, WebSocketProvider, Mnemonic, parseEther } from 'ethers';
import { assert, bob, mnemonic, provedBalance, run, step, url, socketUrl } from './common.mjs';

await run(async () => {
  const provider = new JsonRpcProvider(url, undefined, { pollingInterval: 200, cacheTimeout: -1 });
  assert.equal((await provider.getNetwork()).chainId, 31337n);
  step('network');

  const alice = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(mnemonic), "m/44'/60'/0'/0/2").connect(provider);
  const before = await provider.getBalance(bob);
  const sent = await alice.sendTransaction({ to: bob, value: parseEther('1.5') });
  const receipt = await sent.wait(2);
  assert.equal(receipt.status, 1);
  assert.equal(receipt.gasUsed, 21000n);
  assert.equal(receipt.fee, receipt.gasUsed * receipt.gasPrice);
  assert.equal(await provider.getBalance(bob), before + parseEther('1.5'));
  assert.equal(await provider.getBalance(bob, receipt.blockNumber - 1), before);
  step('send, wait for two confirmations, balances before and after');

  const legacy = await alice.sendTransaction({ to: bob, value: 1n, type: 0, gasPrice: (await provider.getFeeData()).gasPrice * 2n });
  const withList = await alice.sendTransaction({ to: bob, value: 1n, type: 1, accessList: [{ address: bob, storageKeys: ['0x' + '00'.repeat(32)] }] });
  assert.equal((await legacy.wait()).type, 0);
  assert.equal((await withList.wait()).gasUsed, 21000n + 2400n + 1900n);
  step('legacy and access-list transactions');

  const block = await provider.getBlock(receipt.blockNumber, true);
  assert.equal(block.hash, receipt.blockHash);
  assert.ok(block.prefetchedTransactions.some((tx) => tx.hash === sent.hash && tx.from === alice.address));
  assert.equal((await provider.getBlock(block.hash)).number, block.number);
  assert.equal((await provider.getTransaction(sent.hash)).blockNumber, block.number);
  assert.equal((await block.getTransaction(receipt.index)).hash, sent.hash);
  for (const tag of ['latest', 'pending', 'safe', 'finalized', 'earliest']) assert.notEqual(await provider.getBlock(tag), null, tag);
  assert.equal(await provider.getBlock(10_000_000), null);
  assert.equal(await provider.getTransaction('0x' + '11'.repeat(32)), null);
  step('blocks and transactions by every key');

  assert.equal(await provider.estimateGas({ from: alice.address, to: bob, value: 1n }), 21000n);
  assert.equal(await provider.call({ to: bob }), '0x');
  assert.equal(await provider.getCode(bob), '0x');
  assert.equal(await provider.getStorage(bob, 0), '0x' + '00'.repeat(32));
  assert.deepEqual(await provider.getLogs({ fromBlock: 0, toBlock: 'latest' }), []);
  assert.ok((await provider.getFeeData()).maxFeePerGas > 0n);
  step('estimate, call, code, storage, logs, fees');

  const poor = HDNodeWallet.createRandom().connect(provider);
  const fees = { gasLimit: 21000n, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n };
  const refusals = {
    INSUFFICIENT_FUNDS: () => poor.sendTransaction({ to: bob, value: 1n, nonce: 0, ...fees }),
    NONCE_EXPIRED: () => alice.sendTransaction({ to: bob, value: 1n, nonce: 0, ...fees }),
  };
  for (const [code, send] of Object.entries(refusals)) await assert.rejects(send, { code });
  const nonce = await alice.getNonce('pending');
  await alice.sendTransaction({ to: bob, value: 1n, nonce: nonce + 1, ...fees });
  await assert.rejects(() => alice.sendTransaction({ to: bob, value: 2n, nonce: nonce + 1, ...fees }), { code: 'REPLACEMENT_UNDERPRICED' });
  await (await alice.sendTransaction({ to: bob, value: 1n, nonce, ...fees })).wait();
  step('refusals are recognised');

  const at = await provider.getBlock('latest');
  const proof = await provider.send('eth_getProof', [bob, [], { blockHash: at.hash, requireCanonical: false }]);
  assert.equal(await provedBalance(at.stateRoot, proof), await provider.getBalance(bob, at.number));
  step('a proof verifies');

  const socket = new WebSocketProvider(socketUrl, Network.from(31337));
  const heard = Promise.all([
    new Promise((resolve) => socket.once('block', resolve)),
    new Promise((resolve) => socket.once('pending', resolve)),
  ]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const watched = await alice.sendTransaction({ to: bob, value: 1n });
  const [number, pending] = await heard;
  assert.ok(number > 0);
  assert.equal(pending, watched.hash);
  await socket.destroy();
  step('subscriptions');
});
