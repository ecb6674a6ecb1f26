namespace Chain.Primitives;

/// <summary>Which forks of which chain a node has behind it (EIP-2124).</summary>
/// <param name="Hash">The CRC-32 of the genesis hash and the numbers of the forks passed; four bytes big-endian on the
/// wire.</param>
/// <param name="Next">The number of the next fork that the node knows of; 0 for none.</param>
public readonly record struct ForkId(uint Hash, ulong Next)
{
    /// <summary>As EIP-2124 writes it.</summary>
    public override string ToString() => $"0x{Hash:x8}, next {Next}";
}
