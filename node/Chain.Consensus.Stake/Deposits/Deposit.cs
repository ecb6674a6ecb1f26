using System.Buffers.Binary;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Ether that became stake: what the deposit contract's event says (consensus-specs: DepositData).</summary>
/// <param name="Key">The validator's key, which has signed the rest.</param>
/// <param name="RandaoCommitment">The outermost layer of its hash onion.</param>
/// <param name="WithdrawalAddress">Where the stake goes in the end.</param>
/// <param name="Amount">What was burned for it.</param>
public sealed record Deposit(ValidatorKey Key, Hash256 RandaoCommitment, Address WithdrawalAddress, Gwei Amount)
{
    /// <summary>keccak256 of the event's signature.</summary>
    public static readonly Hash256 Topic = Keccak256.Hash("Deposit(bytes32,bytes32,bytes32,address,uint64)"u8);

    private const int Words = 5;

    /// <summary>The event, its five arguments as the words of its data.</summary>
    internal Log ToLog(Address contract)
    {
        var data = new byte[Words * Hash256.Size];
        Key.Bytes.CopyTo(data);
        RandaoCommitment.CopyTo(data.AsSpan(64));
        WithdrawalAddress.Bytes.CopyTo(data.AsSpan(96 + 12));
        BinaryPrimitives.WriteUInt64BigEndian(data.AsSpan(128 + 24), Amount.Amount);
        return new Log(contract, [Topic], data);
    }

    /// <exception cref="InvalidOperationException">An event that the contract does not emit.</exception>
    internal static Deposit FromLog(Log log)
    {
        var data = log.Data.Span;
        if (log.Topics is not [var topic] || topic != Topic || data.Length != Words * Hash256.Size)
            throw new InvalidOperationException($"The deposit contract {log.Address} has emitted an event that is no deposit.");
        return new Deposit(
            new ValidatorKey(data[..ValidatorKey.Size]),
            new Hash256(data[64..96]),
            new Address(data[(96 + 12)..128]),
            new Gwei(BinaryPrimitives.ReadUInt64BigEndian(data[(128 + 24)..])));
    }
}
