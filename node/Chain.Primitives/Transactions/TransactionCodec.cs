namespace Chain.Primitives;

/// <summary>The three encodings of a transaction: legacy (yellow paper, EIP-155), EIP-2930 and EIP-1559.</summary>
internal static class TransactionCodec
{
    /// <summary>The fields before the signature, in the type's order, without the list around them.</summary>
    public static void WriteFields(RlpWriter rlp, UnsignedTransaction tx)
    {
        if (tx.Type != TransactionType.Legacy)
            rlp.Write(tx.ChainId ?? throw new InvalidOperationException("A typed transaction has a chain id."));
        rlp.Write(tx.Nonce);
        if (tx.Type == TransactionType.DynamicFee) rlp.Write(tx.MaxPriorityFeePerGas);
        rlp.Write(tx.MaxFeePerGas);
        rlp.Write(tx.GasLimit);
        rlp.Write(tx.To);
        rlp.Write(tx.Value);
        rlp.Write(tx.Data);
        if (tx.Type != TransactionType.Legacy) WriteAccessList(rlp, tx.AccessList);
    }

    /// <summary>The EIP-2718 bytes: for typed transactions the type byte and the list.</summary>
    public static byte[] Encode(UnsignedTransaction tx, Signature signature)
    {
        var rlp = new RlpWriter(tx.Data.Length + 256);
        rlp.StartList();
        WriteFields(rlp, tx);
        if (tx.Type != TransactionType.Legacy) rlp.Write((ulong)signature.YParity);
        else if (tx.ChainId is { } chainId) rlp.Write(((UInt256)chainId * 2) + 35 + signature.YParity);
        else rlp.Write(27UL + signature.YParity);
        rlp.Write(signature.R);
        rlp.Write(signature.S);
        rlp.EndList();
        return tx.Type == TransactionType.Legacy ? rlp.ToArray() : [(byte)tx.Type, .. rlp.WrittenSpan];
    }

    /// <summary>Reads EIP-2718 bytes.</summary>
    /// <exception cref="RlpException">Not canonical, or of an unknown type.</exception>
    public static (UnsignedTransaction Fields, Signature Signature) Decode(ReadOnlySpan<byte> encoded)
    {
        if (encoded.IsEmpty) throw new RlpException("A transaction was expected, no bytes were found.");
        if (encoded[0] >= 0xc0) return DecodeList(TransactionType.Legacy, encoded);
        return encoded[0] switch
        {
            (byte)TransactionType.AccessList => DecodeList(TransactionType.AccessList, encoded[1..]),
            (byte)TransactionType.DynamicFee => DecodeList(TransactionType.DynamicFee, encoded[1..]),
            var other =>
                throw new RlpException($"Transaction type 0x{other:x2} is not supported; supported are legacy, 0x01 and 0x02."),
        };
    }

    private static (UnsignedTransaction Fields, Signature Signature) DecodeList(TransactionType type, ReadOnlySpan<byte> encoded)
    {
        var outer = new RlpReader(encoded);
        var rlp = outer.ReadList();
        outer.ExpectEnd();
        ulong? chainId = type == TransactionType.Legacy ? null : rlp.ReadUInt64();
        var nonce = rlp.ReadUInt64();
        var priorityFee = rlp.ReadUInt256();
        var maxFee = type == TransactionType.DynamicFee ? rlp.ReadUInt256() : priorityFee;
        var gasLimit = rlp.ReadUInt64();
        var to = rlp.ReadOptionalAddress();
        var value = rlp.ReadUInt256();
        var data = rlp.ReadBytes().ToArray();
        IReadOnlyList<AccessListEntry> accessList = [];
        byte yParity;
        if (type == TransactionType.Legacy)
        {
            (chainId, yParity) = ReadLegacyV(rlp.ReadUInt256());
        }
        else
        {
            accessList = ReadAccessList(ref rlp);
            yParity = rlp.ReadBool() ? (byte)1 : (byte)0;
        }

        var signature = new Signature(rlp.ReadUInt256(), rlp.ReadUInt256(), yParity);
        rlp.ExpectEnd();
        var fields = new UnsignedTransaction
        {
            Type = type,
            ChainId = chainId,
            Nonce = nonce,
            MaxPriorityFeePerGas = priorityFee,
            MaxFeePerGas = maxFee,
            GasLimit = gasLimit,
            To = to,
            Value = value,
            Data = data,
            AccessList = accessList,
        };
        return (fields, signature);
    }

    private static (ulong? ChainId, byte YParity) ReadLegacyV(UInt256 v)
    {
        if (v == 27 || v == 28) return (null, (byte)((ulong)v - 27));
        if (v < 35) throw new RlpException($"A legacy signature's v is 27, 28 or at least 35, not {v}.");
        var (chainId, parity) = UInt256.DivRem(v - 35, 2);
        if (!chainId.IsUInt64) throw new RlpException($"The chain id {chainId} does not fit in 64 bits.");
        return ((ulong)chainId, (byte)(ulong)parity);
    }

    private static void WriteAccessList(RlpWriter rlp, IReadOnlyList<AccessListEntry> accessList)
    {
        rlp.StartList();
        foreach (var entry in accessList)
        {
            rlp.StartList();
            rlp.Write(entry.Address);
            rlp.StartList();
            foreach (var key in entry.StorageKeys) rlp.Write(key);
            rlp.EndList();
            rlp.EndList();
        }

        rlp.EndList();
    }

    private static AccessListEntry[] ReadAccessList(ref RlpReader rlp)
    {
        var entries = rlp.ReadList();
        var accessList = new AccessListEntry[entries.CountItems()];
        for (var i = 0; i < accessList.Length; i++)
        {
            var entry = entries.ReadList();
            var address = entry.ReadAddress();
            var keyList = entry.ReadList();
            entry.ExpectEnd();
            var count = keyList.CountItems();
            var keys = count == 0 ? [] : new Hash256[count];
            for (var key = 0; key < keys.Length; key++) keys[key] = keyList.ReadHash();
            accessList[i] = new AccessListEntry(address, keys);
        }

        return accessList;
    }
}
