namespace Chain.Primitives;

/// <summary>A withdrawal of stake to an account (EIP-4895).</summary>
/// <param name="Index">Counts all withdrawals of the chain from zero.</param>
/// <param name="ValidatorIndex">The validator it comes from.</param>
/// <param name="Address">The account credited.</param>
/// <param name="AmountGwei">In gwei, 10^9 wei.</param>
public sealed record Withdrawal(ulong Index, ulong ValidatorIndex, Address Address, ulong AmountGwei)
{
    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        rlp.Write(Index);
        rlp.Write(ValidatorIndex);
        rlp.Write(Address);
        rlp.Write(AmountGwei);
        rlp.EndList();
    }

    public static Withdrawal Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var withdrawal = new Withdrawal(rlp.ReadUInt64(), rlp.ReadUInt64(), rlp.ReadAddress(), rlp.ReadUInt64());
        rlp.ExpectEnd();
        return withdrawal;
    }
}
