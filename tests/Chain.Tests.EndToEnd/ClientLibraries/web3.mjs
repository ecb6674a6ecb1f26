import { HDNodeWallet, Mnemonic } from 'ethers';
import { Web3 } from 'web3';
import { assert, bob, mnemonic, provedBalance, run, step, url, socketUrl } from './common.mjs';

await run(async () => {
  const web3 = new Web3(url);
  assert.equal(await web3.eth.getChainId(), 31337n);
  assert.equal(await web3.eth.net.getId(), 31337n);
  assert.match(await web3.eth.getNodeInfo(), /^Chain\//);
  step('identity');

  const key = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(mnemonic), "m/44'/60'/0'/0/4").privateKey;
  const account = web3.eth.accounts.wallet.add(key)[0];
  const before = await web3.eth.getBalance(bob);
  const receipt = await web3.eth.sendTransaction({ from: account.address, to: bob, value: web3.utils.toWei('0.5', 'ether') });
  assert.equal(receipt.status, 1n);
  assert.ok((await web3.eth.getBalance(bob)) >= before + 5n * 10n ** 17n);
  step('send and wait');

  const block = await web3.eth.getBlock(receipt.blockHash, true);
  assert.ok(block.transactions.some((tx) => tx.hash === receipt.transactionHash));
  assert.equal((await web3.eth.getTransaction(receipt.transactionHash)).blockNumber, receipt.blockNumber);
  assert.equal((await web3.eth.getTransactionReceipt(receipt.transactionHash)).blockHash, receipt.blockHash);
  assert.equal(await web3.eth.getBlockTransactionCount(receipt.blockHash), BigInt(block.transactions.length));
  assert.ok((await web3.eth.getTransactionCount(account.address, 'pending')) > 0n);
  assert.equal(await web3.eth.estimateGas({ from: account.address, to: bob, value: 1 }), 21000n);
  assert.equal(await web3.eth.call({ to: bob, data: '0x01' }), '0x');
  assert.equal(await web3.eth.getCode(bob), '0x');
  assert.equal(BigInt(await web3.eth.getStorageAt(bob, 0)), 0n);
  assert.ok((await web3.eth.getFeeHistory(4, 'latest', [50])).baseFeePerGas.length >= 2);
  assert.deepEqual(await web3.eth.getPastLogs({ fromBlock: '0x0', toBlock: 'latest' }), []);
  assert.equal(await web3.eth.isSyncing(), false);
  assert.ok((await web3.eth.getGasPrice()) > 0n);
  step('queries');

  const stale = await web3.eth.accounts.signTransaction({ to: bob, value: 1, gas: 21000, maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1, nonce: 0, chainId: 31337 }, key);
  await assert.rejects(() => web3.eth.sendSignedTransaction(stale.rawTransaction), /nonce too low/i);
  step('refusals are recognised');

  const at = await web3.eth.getBlock('latest');
  const proof = await web3.eth.getProof(bob, [], at.number);
  assert.equal(await provedBalance(at.stateRoot, { ...proof, address: bob }), await web3.eth.getBalance(bob, at.number));
  step('a proof verifies');

  const live = new Web3(socketUrl);
  const heads = await live.eth.subscribe('newBlockHeaders');
  const pendings = await live.eth.subscribe('pendingTransactions');
  const head = new Promise((resolve, reject) => {
    heads.on('data', resolve);
    heads.on('error', reject);
  });
  const pending = new Promise((resolve, reject) => {
    pendings.on('data', resolve);
    pendings.on('error', reject);
  });
  const sent = web3.eth.sendTransaction({ from: account.address, to: bob, value: 1 });
  assert.match(await pending, /^0x[0-9a-f]{64}$/);
  assert.ok(Number((await head).number) > 0);
  await sent;
  await heads.unsubscribe();
  step('subscriptions');
});
