using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// The deposit contract (docs/consensus/stake.md): burns the value of a good call and says so in an event, from which the block's
/// stake transition reads the deposit. A call whose payload, proof or amount is wrong fails, and its sender keeps the value.
/// </summary>
/// <remarks>
/// A proof of possession is public once it stands in a block, and deposits for a key that is known change its next RANDAO
/// commitment. So that nobody can bring back a commitment that its maker has replaced (an old onion's layers are known to all),
/// the contract remembers each key's latest proof and every proof before it: the latest may be used again, to add stake; an
/// earlier one may not.
/// </remarks>
public sealed class DepositContract(ProofOfStakeSettings settings, StakeDomain domain) : INativeContract
{
    /// <summary>
    /// Gas beside the intrinsic, for good calls and bad ones: two new storage slots (2 * 22,100), the event (3,000), and the rest
    /// for the signature, four times what the ecrecover precompile takes, because without libsecp256k1 it is dear. A block of
    /// 30,000,000 gas has room for some 350 deposits.
    /// </summary>
    public const ulong Gas = 60_000;

    private static readonly UInt256 WeiPerGwei = 1_000_000_000;

    public Address Address => settings.DepositAddress;

    public NativeCallOutcome Call(NativeCall call)
    {
        ArgumentNullException.ThrowIfNull(call);

        // The caller of this port refuses what exceeds the gas; the dear part must not have run then.
        if (call.GasAvailable < Gas) return Fail("out of gas");
        if (!DepositCall.TryDecode(call.Data.Span, out var deposit, out var error)) return Fail(error);
        var (gwei, rest) = UInt256.DivRem(call.Value, WeiPerGwei);
        if (!rest.IsZero) return Fail($"{call.Value} wei is no whole number of Gwei (1,000,000,000 wei)");
        if (gwei < settings.MinDepositGwei)
            return Fail($"{gwei} Gwei is less than the least deposit, {settings.MinDepositGwei} Gwei");
        if (!gwei.IsUInt64) return Fail($"{gwei} Gwei does not fit in 64 bits");
        var root = domain.DepositRoot(deposit.Key, deposit.RandaoCommitment, deposit.WithdrawalAddress);
        if (!IsSignedBy(deposit, root)) return Fail($"the proof of possession is not a signature by {deposit.Key} of {root}");
        if (!TakeProof(call.State, deposit.Key, root))
            return Fail($"the proof of possession {root} was replaced by a later one of the same key; sign a new commitment");
        call.State.SubtractBalance(Address, call.Value);
        var log = new Deposit(deposit.Key, deposit.RandaoCommitment, deposit.WithdrawalAddress, new Gwei((ulong)gwei))
            .ToLog(Address);
        return new NativeCallOutcome.Succeeded(Gas, [log], ReadOnlyMemory<byte>.Empty);
    }

    private static NativeCallOutcome.Failed Fail(string reason) => new(Gas, reason);

    private static bool IsSignedBy(DepositCall deposit, Hash256 root)
    {
        Span<byte> signer = stackalloc byte[ValidatorKey.Size];
        return deposit.Signature.TryRecoverPublicKey(root, signer) && signer.SequenceEqual(deposit.Key.Bytes);
    }

    /// <summary>Remembers a proof as the key's latest; false for one that was replaced.</summary>
    private bool TakeProof(WorldState state, ValidatorKey key, Hash256 root)
    {
        // Storage of an account without balance, code and nonce would be lost (EIP-161).
        if (state.GetNonce(Address) == 0) state.SetNonce(Address, 1);
        var latestOfKey = Keccak256.Hash(key.Bytes);
        if (state.GetStorage(Address, latestOfKey) == root.ToUInt256()) return true;
        if (!state.GetStorage(Address, root).IsZero) return false;
        state.SetStorage(Address, latestOfKey, root.ToUInt256());
        state.SetStorage(Address, root, UInt256.One);
        return true;
    }
}
