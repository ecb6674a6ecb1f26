// A deposit as any wallet would make it: ethers and viem say why the contract refuses, ethers sends a good one.
import { Contract, HDNodeWallet, JsonRpcProvider, Mnemonic, SigningKey, Wallet, dataSlice, encodeRlp, keccak256, parseEther, sha256 } from 'ethers';
import { BaseError, ContractFunctionRevertedError, createPublicClient, http, parseAbi } from 'viem';
import { anvil } from 'viem/chains';
import { assert, bob, mnemonic, run, step, url } from './common.mjs';

const abi = [
  'function deposit(bytes32 keyX, bytes32 keyY, bytes32 randaoCommitment, address withdrawalAddress, bytes32 r, bytes32 s, uint8 yParity) payable',
  'event Deposit(bytes32 keyX, bytes32 keyY, bytes32 randaoCommitment, address withdrawalAddress, uint64 gwei)',
];

await run(async () => {
  const provider = new JsonRpcProvider(url, undefined, { pollingInterval: 200, cacheTimeout: -1 });
  const payer = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(mnemonic), "m/44'/60'/0'/0/5").connect(provider);
  const { genesisHash } = await provider.send('chain_nodeInfo', []);
  const { deposits: rules, validators: before } = await provider.send('chain_validators', []);

  // The hash onion: its outermost layer is the commitment.
  const validator = Wallet.createRandom();
  const publicKey = SigningKey.computePublicKey(validator.privateKey, false);
  const key = dataSlice(publicKey, 1);
  let commitment = sha256(validator.privateKey);
  for (let layer = 0; layer < rules.randaoOnionLayers; layer++) commitment = sha256(commitment);

  // keccak256 of the RLP of (purpose 3, fork 0, genesis hash, key, commitment, withdrawal address).
  const root = keccak256(encodeRlp(['0x03', '0x', genesisHash, key, commitment, bob]));
  const proof = new SigningKey(validator.privateKey).sign(root);
  const call = (commitmentSaid) => [dataSlice(key, 0, 32), dataSlice(key, 32), commitmentSaid, bob, proof.r, proof.s, proof.yParity];
  const contract = new Contract(rules.address, abi, payer);
  const refusals = [
    [call(keccak256('0x')), parseEther('32'), 'the proof of possession is not a signature by'],
    [call(commitment), 1n, '1 wei is no whole number of Gwei'],
    [call(commitment), parseEther('0.5'), '500000000 Gwei is less than the least deposit'],
  ];
  for (const [args, value, words] of refusals) {
    for (const ask of [contract.deposit.staticCall, contract.deposit.estimateGas, contract.deposit]) {
      await assert.rejects(() => ask(...args, { value }), (error) => {
        assert.equal(error.code, 'CALL_EXCEPTION');
        assert.equal(error.reason.slice(0, words.length), words);
        return true;
      });
    }
  }
  step('ethers says why the contract refuses');

  const client = createPublicClient({ chain: anvil, transport: http(url) });
  for (const [args, value, words] of refusals) {
    const request = { address: rules.address, abi: parseAbi(abi), functionName: 'deposit', account: payer.address, args, value };
    await assert.rejects(() => client.simulateContract(request), (error) => {
      assert.ok(error instanceof BaseError);
      const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
      assert.equal(reverted.reason.slice(0, words.length), words);
      return true;
    });
  }
  step('viem says why the contract refuses');

  const sent = await contract.deposit(...call(commitment), { value: parseEther('32') });
  const receipt = await sent.wait();
  assert.equal(receipt.status, 1);
  const [event] = receipt.logs.map((log) => contract.interface.parseLog(log));
  assert.equal(event.name, 'Deposit');
  assert.deepEqual([...event.args], [dataSlice(key, 0, 32), dataSlice(key, 32), commitment, bob, 32_000_000_000n]);
  const { validators } = await provider.send('chain_validators', []);
  assert.equal(validators.length, before.length + 1);
  const newcomer = validators[before.length];
  assert.equal(newcomer.publicKey, SigningKey.computePublicKey(validator.privateKey, true));
  assert.equal(newcomer.withdrawalAddress, bob);
  assert.equal(newcomer.balanceGwei, 32_000_000_000);
  step('a deposit makes a validator');
});
