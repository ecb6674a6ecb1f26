import { createPublicClient, createTestClient, createWalletClient, http, parseEther, webSocket, InsufficientFundsError, NonceTooLowError } from 'viem';
import { mnemonicToAccount } from 'viem/accounts';
import { anvil } from 'viem/chains';
import { assert, bob, mnemonic, provedBalance, run, step, url, socketUrl } from './common.mjs';

await run(async () => {
  const client = createPublicClient({ chain: anvil, transport: http(url, { batch: true }), pollingInterval: 200 });
  assert.equal(await client.getChainId(), 31337);
  step('chain id');

  const account = mnemonicToAccount(mnemonic, { addressIndex: 3 });
  const wallet = createWalletClient({ account, chain: anvil, transport: http(url) });
  const before = await client.getBalance({ address: bob });
  const hash = await wallet.sendTransaction({ to: bob, value: parseEther('0.25') });
  const receipt = await client.waitForTransactionReceipt({ hash, confirmations: 2 });
  assert.equal(receipt.status, 'success');
  assert.equal(await client.getBalance({ address: bob, blockNumber: receipt.blockNumber }) >= before + parseEther('0.25'), true);
  assert.ok((await client.getTransactionConfirmations({ hash })) >= 2n);
  step('send and wait for two confirmations');

  const replaceable = { to: bob, value: 1n, gas: 21000n, nonce: await client.getTransactionCount({ address: account.address, blockTag: 'pending' }) };
  const cheap = await wallet.sendTransaction({ ...replaceable, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n });
  const waiting = client.waitForTransactionReceipt({ hash: cheap });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const speedUp = wallet.sendTransaction({ ...replaceable, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 10n ** 9n }).catch(() => cheap);
  assert.ok([cheap, await speedUp].includes((await waiting).transactionHash));
  step('a replacement is followed');

  const block = await client.getBlock({ blockHash: receipt.blockHash, includeTransactions: true });
  assert.ok(block.transactions.some((tx) => tx.hash === hash));
  assert.equal((await client.getTransaction({ hash })).from.toLowerCase(), account.address.toLowerCase());
  for (const blockTag of ['latest', 'pending', 'safe', 'finalized', 'earliest']) assert.ok(await client.getBlock({ blockTag }), blockTag);
  assert.equal(await client.getBlockTransactionCount({ blockHash: receipt.blockHash }), block.transactions.length);
  assert.ok((await client.getFeeHistory({ blockCount: 4, rewardPercentiles: [25, 75] })).baseFeePerGas.length >= 2);
  assert.equal(await client.estimateGas({ account, to: bob, value: 1n }), 21000n);
  assert.equal((await client.call({ to: bob })).data, undefined);
  assert.deepEqual(await client.getLogs({ fromBlock: 0n }), []);
  assert.ok((await client.estimateFeesPerGas()).maxFeePerGas > 0n);
  assert.deepEqual((await client.createAccessList({ account, to: bob })).accessList, []);
  step('queries');

  const poor = mnemonicToAccount(mnemonic, { addressIndex: 4321 });
  const fees = { to: bob, value: 1n, gas: 21000n, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n };
  await assert.rejects(() => wallet.sendTransaction({ ...fees, account: poor, nonce: 0 }), (error) => error.walk((cause) => cause instanceof InsufficientFundsError) !== null);
  await assert.rejects(() => wallet.sendTransaction({ ...fees, nonce: 0 }), (error) => error.walk((cause) => cause instanceof NonceTooLowError) !== null);
  step('refusals are recognised');

  const at = await client.getBlock();
  const proof = await client.getProof({ address: bob, storageKeys: [], blockNumber: at.number });
  assert.equal(await provedBalance(at.stateRoot, proof), await client.getBalance({ address: bob, blockNumber: at.number }));
  step('a proof verifies');

  const filter = await client.createBlockFilter();
  const seen = await new Promise((resolve, reject) => client.watchBlocks({ onBlock: resolve, onError: reject }));
  assert.ok((await client.getFilterChanges({ filter })).length >= 0 && seen.number > 0n);
  assert.equal(await client.uninstallFilter({ filter }), true);
  const pool = createTestClient({ mode: 'anvil', chain: anvil, transport: http(url) });
  assert.ok((await pool.getTxpoolStatus()).pending >= 0);
  step('filters and the pool');

  const live = createPublicClient({ chain: anvil, transport: webSocket(socketUrl) });
  const head = new Promise((resolve, reject) => live.watchBlocks({ onBlock: resolve, onError: reject }));
  const pending = new Promise((resolve, reject) => live.watchPendingTransactions({ onTransactions: resolve, onError: reject }));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const watched = await wallet.sendTransaction({ to: bob, value: 1n });
  assert.ok((await pending).includes(watched));
  assert.ok((await head).number > 0n);
  step('subscriptions');
});
