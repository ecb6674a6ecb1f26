using Chain.Primitives;

namespace Chain.Execution;

/// <summary>An account as the state trie holds it (yellow paper, section 4.1).</summary>
/// <param name="Nonce">Transactions sent; for a contract, one more than contracts it created.</param>
/// <param name="Balance">Wei.</param>
/// <param name="StorageRoot">The root of its storage trie.</param>
/// <param name="CodeHash">keccak256 of its code.</param>
public sealed record Account(ulong Nonce, UInt256 Balance, Hash256 StorageRoot, Hash256 CodeHash)
{
    /// <summary>Nonce and balance zero, no storage, no code.</summary>
    public static readonly Account Empty = new(0, UInt256.Zero, BlockHeader.EmptyTrieRoot, Keccak256.Empty);

    /// <summary>Whether it has code.</summary>
    public bool IsContract => CodeHash != Keccak256.Empty;

    /// <summary>No nonce, balance or code: the trie must not hold it once touched (EIP-161).</summary>
    public bool IsEmpty => Nonce == 0 && Balance.IsZero && !IsContract;

    /// <summary>The RLP list of the four fields.</summary>
    public byte[] Encode()
    {
        var rlp = new RlpWriter(112);
        WriteTo(rlp);
        return rlp.ToArray();
    }

    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        rlp.Write(Nonce);
        rlp.Write(Balance);
        rlp.Write(StorageRoot);
        rlp.Write(CodeHash);
        rlp.EndList();
    }

    /// <exception cref="RlpException">Not the encoding of an account.</exception>
    public static Account Decode(ReadOnlySpan<byte> encoded)
    {
        var outer = new RlpReader(encoded);
        var rlp = outer.ReadList();
        outer.ExpectEnd();
        var account = new Account(rlp.ReadUInt64(), rlp.ReadUInt256(), rlp.ReadHash(), rlp.ReadHash());
        rlp.ExpectEnd();
        return account;
    }
}
