namespace Chain.Primitives;

/// <summary>
/// A block header with London's fields and, from Shanghai on, the withdrawals root. Immutable; <see cref="SealedHeader"/>
/// joins it with its hash.
/// </summary>
public sealed record BlockHeader
{
    /// <summary>keccak256(rlp([])): this chain has no ommers.</summary>
    public static readonly Hash256 EmptyOmmersHash =
        Hash256.Parse("0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");

    /// <summary>The root of an empty trie: keccak256(rlp("")).</summary>
    public static readonly Hash256 EmptyTrieRoot =
        Hash256.Parse("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");

    public required Hash256 ParentHash { get; init; }

    public Hash256 OmmersHash { get; init; } = EmptyOmmersHash;

    public required Address Beneficiary { get; init; }

    public required Hash256 StateRoot { get; init; }

    public required Hash256 TransactionsRoot { get; init; }

    public required Hash256 ReceiptsRoot { get; init; }

    public required Bloom LogsBloom { get; init; }

    public required UInt256 Difficulty { get; init; }

    public required ulong Number { get; init; }

    public required ulong GasLimit { get; init; }

    public required ulong GasUsed { get; init; }

    /// <summary>Seconds since 1970-01-01 UTC.</summary>
    public required ulong Timestamp { get; init; }

    /// <summary>Free bytes under proof of work; the hash of the consensus body under proof of stake.</summary>
    public ReadOnlyMemory<byte> ExtraData { get; init; } = ReadOnlyMemory<byte>.Empty;

    /// <summary>Zero under proof of work; prevRandao under proof of stake (EIP-4399).</summary>
    public Hash256 MixHash { get; init; }

    /// <summary>The eight nonce bytes read big-endian.</summary>
    public ulong Nonce { get; init; }

    /// <summary>Wei per gas that is burned (EIP-1559).</summary>
    public required UInt256 BaseFeePerGas { get; init; }

    /// <summary>The root over the withdrawals (EIP-4895); null before Shanghai.</summary>
    public Hash256? WithdrawalsRoot { get; init; }

    /// <summary>keccak256 of the header without mixHash and nonce: what a proof-of-work miner hashes with a nonce.</summary>
    public Hash256 SealHash()
    {
        var rlp = new RlpWriter(640);
        WriteTo(rlp, withSeal: false);
        return rlp.ToKeccak256();
    }

    public Hash256 ComputeHash()
    {
        var rlp = new RlpWriter(640);
        WriteTo(rlp);
        return rlp.ToKeccak256();
    }

    public void WriteTo(RlpWriter rlp) => WriteTo(rlp, withSeal: true);

    private void WriteTo(RlpWriter rlp, bool withSeal)
    {
        rlp.StartList();
        rlp.Write(ParentHash);
        rlp.Write(OmmersHash);
        rlp.Write(Beneficiary);
        rlp.Write(StateRoot);
        rlp.Write(TransactionsRoot);
        rlp.Write(ReceiptsRoot);
        rlp.Write(LogsBloom.Bytes);
        rlp.Write(Difficulty);
        rlp.Write(Number);
        rlp.Write(GasLimit);
        rlp.Write(GasUsed);
        rlp.Write(Timestamp);
        rlp.Write(ExtraData);
        if (withSeal)
        {
            rlp.Write(MixHash);
            Span<byte> nonce = stackalloc byte[8];
            System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(nonce, Nonce);
            rlp.Write(nonce);
        }

        rlp.Write(BaseFeePerGas);
        if (WithdrawalsRoot is { } withdrawalsRoot) rlp.Write(withdrawalsRoot);
        rlp.EndList();
    }

    /// <summary>Reads a header of 16 (London) or 17 (Shanghai) fields.</summary>
    /// <exception cref="RlpException">Not canonical, or another number of fields.</exception>
    public static BlockHeader Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var header = new BlockHeader
        {
            ParentHash = rlp.ReadHash(),
            OmmersHash = rlp.ReadHash(),
            Beneficiary = rlp.ReadAddress(),
            StateRoot = rlp.ReadHash(),
            TransactionsRoot = rlp.ReadHash(),
            ReceiptsRoot = rlp.ReadHash(),
            LogsBloom = new Bloom(rlp.ReadBytes(Bloom.Size)),
            Difficulty = rlp.ReadUInt256(),
            Number = rlp.ReadUInt64(),
            GasLimit = rlp.ReadUInt64(),
            GasUsed = rlp.ReadUInt64(),
            Timestamp = rlp.ReadUInt64(),
            ExtraData = rlp.ReadBytes().ToArray(),
            MixHash = rlp.ReadHash(),
            Nonce = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(rlp.ReadBytes(8)),
            BaseFeePerGas = rlp.ReadUInt256(),
            WithdrawalsRoot = rlp.IsAtEnd ? null : rlp.ReadHash(),
        };
        rlp.ExpectEnd();
        return header;
    }
}
