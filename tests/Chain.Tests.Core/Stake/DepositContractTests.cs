using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class DepositContractTests
{
    private static readonly ProofOfStakeSettings Settings = new();
    private static readonly StakeDomain Domain = new(Keccak256.Hash([7]));
    private static readonly DepositContract Contract = new(Settings, Domain);
    private static readonly Deposits Deposits = new(Settings.DepositAddress);
    private static readonly PrivateKey Validator = StakeSample.KeyOf(77);
    private static readonly DepositCall Good = Call(Validator, commitment: 1);
    private static readonly UInt256 FiveEther = Ledger.Ether * 5;

    [Fact]
    public void A_good_deposit_burns_its_value_and_says_so_in_an_event()
    {
        var ledger = NewLedger();
        var outcome = ledger.Execute(Send(Good.Encode(), FiveEther));

        Assert.True(outcome.Receipts[0].Succeeded);
        Assert.Equal(UInt256.Zero, ledger.Open().GetBalance(Settings.DepositAddress));
        Assert.Equal((Ledger.Ether * 5) - (outcome.GasUsed * (3 * (UInt256)Ledger.Gwei)),
            ledger.Open().GetBalance(Ledger.Alice.Address));
        Assert.Equal([new Deposit(Good.Key, Good.RandaoCommitment, Good.WithdrawalAddress, new Gwei(5_000_000_000))],
            Deposits.Read(outcome.Receipts));
    }

    [Fact]
    public void A_bad_proof_fails_with_status_0_and_the_sender_keeps_the_value()
    {
        var ledger = NewLedger();
        var outcome = ledger.Execute(Send((Good with { WithdrawalAddress = Ledger.Miner }).Encode(), FiveEther));

        Assert.False(outcome.Receipts[0].Succeeded);
        Assert.Equal((UInt256.Zero, 0UL),
            (ledger.Open().GetBalance(Settings.DepositAddress), ledger.Open().GetNonce(Settings.DepositAddress)));
        Assert.Equal((Ledger.Ether * 10) - (outcome.GasUsed * (3 * (UInt256)Ledger.Gwei)),
            ledger.Open().GetBalance(Ledger.Alice.Address));
        Assert.Empty(Deposits.Read(outcome.Receipts));
    }

    [Fact]
    public void A_call_without_enough_gas_fails_with_all_of_it_used()
    {
        var outcome = NewLedger().Execute(Send(Good.Encode(), FiveEther, gasLimit: 70_000));
        Assert.False(outcome.Receipts[0].Succeeded);
        Assert.Equal(70_000UL, outcome.GasUsed);
    }

    [Fact]
    public void Every_call_that_is_answered_costs_the_same()
    {
        var intrinsic = TransactionRules.IntrinsicGas(Send(Good.Encode(), FiveEther).Transaction.Unsigned);
        Assert.Equal(intrinsic + DepositContract.Gas, NewLedger().Execute(Send(Good.Encode(), FiveEther)).GasUsed);
        Assert.Equal(intrinsic + DepositContract.Gas, NewLedger().Execute(Send(Good.Encode(), 1)).GasUsed);
    }

    [Fact]
    public void A_changed_byte_anywhere_makes_the_call_fail()
    {
        var good = Good.Encode();
        Assert.IsType<NativeCallOutcome.Succeeded>(Outcome(good, FiveEther));
        for (var i = 0; i < good.Length; i++)
        {
            var damaged = good.ToArray();
            damaged[i] ^= 0x80;
            Assert.True(Outcome(damaged, FiveEther) is NativeCallOutcome.Failed, $"byte {i} changed, and the deposit stands");
        }
    }

    [Fact]
    public void What_is_wrong_is_said_in_words_and_values()
    {
        var good = Good.Encode();
        Fails("0 bytes of data are no call of deposit(bytes32,", [], FiveEther);
        Fails("227 bytes", good[..^1], FiveEther);
        Fails("229 bytes", [.. good, 0], FiveEther);
        Fails("the selector 0x00000000 is not 0x9f1ab84e", [0, 0, 0, 0, .. good[4..]], FiveEther);
        Fails("the withdrawal address has more than 20 bytes", [.. good[..100], 1, .. good[101..]], FiveEther);
        Fails("yParity has more than 8 bits", [.. good[..226], 1, good[227]], FiveEther);
        Fails("5000000000000000001 wei is no whole number of Gwei", good, FiveEther + 1);
        Fails("999999999 Gwei is less than the least deposit, 1000000000 Gwei", good, Ledger.Ether - Ledger.Gwei);
        Fails("does not fit in 64 bits", good, (UInt256.One << 64) * Ledger.Gwei);
        Fails("the proof of possession is not a signature by 0x", (Good with { RandaoCommitment = Hash256.Zero }).Encode(),
            FiveEther);
    }

    [Fact]
    public void A_proof_for_another_chain_or_by_another_key_does_not_count()
    {
        var elsewhere = DepositCall.Sign(Validator, Good.RandaoCommitment, Good.WithdrawalAddress, new StakeDomain(Hash256.Zero));
        var stranger = Good with { Key = new ValidatorKey(StakeSample.KeyOf(78).PublicKey) };
        var malleated = Good with
        {
            Signature = new Signature(Good.Signature.R, Secp256k1.Order - Good.Signature.S, (byte)(1 - Good.Signature.YParity)),
        };
        foreach (var call in new[] { elsewhere, stranger, malleated })
            Fails("the proof of possession is not a signature", call.Encode(), FiveEther);
    }

    [Fact]
    public void The_latest_proof_may_be_used_again_to_add_stake()
    {
        var ledger = NewLedger();
        Assert.True(Succeeds(ledger, Good, nonce: 0));
        Assert.True(Succeeds(ledger, Good, nonce: 1));
        Assert.True(Succeeds(ledger, Call(Validator, commitment: 2), nonce: 2));
        Assert.True(Succeeds(ledger, Call(Validator, commitment: 2), nonce: 3));
    }

    [Fact]
    public void A_proof_that_its_maker_has_replaced_does_not_bring_back_its_commitment()
    {
        var ledger = NewLedger();
        Assert.True(Succeeds(ledger, Good, nonce: 0));
        Assert.True(Succeeds(ledger, Call(Validator, commitment: 2), nonce: 1));
        Assert.False(Succeeds(ledger, Good, nonce: 2));
        Assert.True(Succeeds(ledger, Call(StakeSample.KeyOf(78), commitment: 1), nonce: 3));
        Assert.True(Succeeds(ledger, Call(Validator, commitment: 3), nonce: 4));
        Assert.False(Succeeds(ledger, Call(Validator, commitment: 2), nonce: 5));
    }

    [Fact]
    public void Deposits_are_read_from_the_contracts_events_of_transactions_that_succeeded()
    {
        var first = new Deposit(Good.Key, Good.RandaoCommitment, Good.WithdrawalAddress, new Gwei(1));
        var second = first with { Amount = new Gwei(ulong.MaxValue) };
        Receipt Of(bool succeeded, params Log[] logs) => new(TransactionType.DynamicFee, succeeded, 21_000, logs);

        Assert.Equal(
            [first, second],
            Deposits.Read(
            [
                Of(true, first.ToLog(Settings.DepositAddress)),
                Of(false, first.ToLog(Settings.DepositAddress)),
                Of(true, first.ToLog(Ledger.Miner), second.ToLog(Settings.DepositAddress)),
            ]));
    }

    // Both made with ethers 6 (Interface.encodeFunctionData, encodeEventLog).

    [Fact]
    public void The_call_is_encoded_as_ethers_encodes_it()
    {
        var encoded = "0x9f1ab84e" + Word(0x11) + Word(0x22) + Word(0x33) + new string('0', 24) + Word(0x44)[..40] + Word(0x55)
            + Word(0x66) + new string('0', 63) + "1";
        var call = new DepositCall(SampleKey, SampleCommitment, SampleAddress,
            new Signature(UInt256.FromBigEndian(Bytes(0x55)), UInt256.FromBigEndian(Bytes(0x66)), 1));

        Assert.Equal(encoded, Hex.Encode(call.Encode()));
        Assert.True(DepositCall.TryDecode(Hex.Decode(encoded), out var decoded, out _));
        Assert.Equal(call, decoded);
    }

    [Fact]
    public void The_event_is_encoded_as_ethers_encodes_it()
    {
        var deposit = new Deposit(SampleKey, SampleCommitment, SampleAddress, new Gwei(32_000_000_000));
        var log = deposit.ToLog(Settings.DepositAddress);

        Assert.Equal(["0x65223b86e065d5b452f42b46610d6eafdcff5ffec8fcb4f4205d4c99d45dfdb4"],
            log.Topics.Select(topic => topic.ToString()));
        Assert.Equal("0x" + Word(0x11) + Word(0x22) + Word(0x33) + new string('0', 24) + Word(0x44)[..40] + new string('0', 55)
            + "773594000", Hex.Encode(log.Data.Span));
        Assert.Equal(deposit, Deposit.FromLog(log));
    }

    private static ValidatorKey SampleKey => new([.. Bytes(0x11), .. Bytes(0x22)]);

    private static Hash256 SampleCommitment => new(Bytes(0x33));

    private static Address SampleAddress => new(Bytes(0x44).AsSpan(12));

    private static byte[] Bytes(byte value) => [.. Enumerable.Repeat(value, 32)];

    private static string Word(byte value) => Convert.ToHexStringLower(Bytes(value));

    private static DepositCall Call(PrivateKey validator, byte commitment) =>
        DepositCall.Sign(validator, Keccak256.Hash([commitment]), Ledger.Bob.Address, Domain);

    private static Ledger NewLedger() => new() { Natives = new NativeContracts([Contract]) };

    private static RecoveredTransaction Send(byte[] data, UInt256 value, ulong nonce = 0, ulong gasLimit = 200_000) =>
        Ledger.Sign(Ledger.Alice, transfer => transfer with
        {
            To = Settings.DepositAddress,
            Value = value,
            Data = data,
            GasLimit = gasLimit,
            Nonce = nonce,
        });

    private static bool Succeeds(Ledger ledger, DepositCall call, ulong nonce) =>
        ledger.Execute(Send(call.Encode(), Ledger.Ether, nonce)).Receipts[0].Succeeded;

    /// <summary>How the contract itself answers a call whose value it has got.</summary>
    private static NativeCallOutcome Outcome(byte[] data, UInt256 value)
    {
        var state = new WorldState(new MemoryState(), BlockHeader.EmptyTrieRoot);
        state.AddBalance(Settings.DepositAddress, value);
        return Contract.Call(new NativeCall(Ledger.Alice.Address, value, data, 1_000_000, new Ledger().Block(), state));
    }

    private static void Fails(string reason, byte[] data, UInt256 value) =>
        Assert.Contains(reason, Assert.IsType<NativeCallOutcome.Failed>(Outcome(data, value)).Reason, StringComparison.Ordinal);
}
