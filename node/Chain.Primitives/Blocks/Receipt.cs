namespace Chain.Primitives;

/// <summary>An event that a contract emitted.</summary>
public sealed record Log(Address Address, IReadOnlyList<Hash256> Topics, ReadOnlyMemory<byte> Data);

/// <summary>What executing a transaction left behind (EIP-658 status, EIP-2718 envelope).</summary>
public sealed class Receipt
{
    public Receipt(TransactionType type, bool succeeded, ulong cumulativeGasUsed, IReadOnlyList<Log> logs)
    {
        Type = type;
        Succeeded = succeeded;
        CumulativeGasUsed = cumulativeGasUsed;
        Logs = logs;
        Bloom = logs.Count == 0 ? Bloom.Empty : Bloom.Of(logs);
    }

    public TransactionType Type { get; }

    /// <summary>Status 1 when true, 0 when false.</summary>
    public bool Succeeded { get; }

    /// <summary>Gas used in the block up to and including this transaction.</summary>
    public ulong CumulativeGasUsed { get; }

    public Bloom Bloom { get; }

    public IReadOnlyList<Log> Logs { get; }

    /// <summary>The EIP-2718 bytes: what the receipts trie holds.</summary>
    public byte[] Encode()
    {
        var rlp = new RlpWriter(512);
        EncodeTo(rlp);
        return rlp.ToArray();
    }

    /// <summary>Appends the EIP-2718 bytes as they are, to a writer without open lists.</summary>
    public void EncodeTo(RlpWriter rlp)
    {
        if (Type != TransactionType.Legacy) rlp.WriteEncoded([(byte)Type]);
        rlp.StartList();
        rlp.Write(Succeeded);
        rlp.Write(CumulativeGasUsed);
        rlp.Write(Bloom.Bytes);
        rlp.StartList();
        foreach (var log in Logs)
        {
            rlp.StartList();
            rlp.Write(log.Address);
            rlp.StartList();
            foreach (var topic in log.Topics) rlp.Write(topic);
            rlp.EndList();
            rlp.Write(log.Data);
            rlp.EndList();
        }

        rlp.EndList();
        rlp.EndList();
    }

    /// <summary>Writes it as one receipt of a list: a typed one as a string.</summary>
    public void WriteTo(RlpWriter rlp)
    {
        var encoded = Encode();
        if (Type == TransactionType.Legacy) rlp.WriteEncoded(encoded);
        else rlp.Write(encoded);
    }

    /// <summary>Writes [type, status, cumulative gas, logs]: a receipt of eth/69 (EIP-7642).</summary>
    public void WriteWithoutBloomTo(RlpWriter rlp)
    {
        rlp.StartList();
        rlp.Write((ulong)Type);
        rlp.Write(Succeeded);
        rlp.Write(CumulativeGasUsed);
        WriteLogs(rlp);
        rlp.EndList();
    }

    /// <summary>Reads a receipt of eth/69 (EIP-7642).</summary>
    /// <exception cref="RlpException">Not canonical, or of an unknown type.</exception>
    public static Receipt ReadWithoutBloom(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var type = rlp.ReadUInt64();
        if (type > (ulong)TransactionType.DynamicFee)
            throw new RlpException($"Receipt type 0x{type:x2} is not supported; supported are 0x00, 0x01 and 0x02.");
        var succeeded = rlp.ReadBool();
        var cumulativeGasUsed = rlp.ReadUInt64();
        var logs = ReadLogs(ref rlp);
        rlp.ExpectEnd();
        return new Receipt((TransactionType)type, succeeded, cumulativeGasUsed, logs);
    }

    /// <summary>Reads one receipt of a list.</summary>
    /// <exception cref="RlpException">Not canonical, of an unknown type, or with a bloom that its logs do not have.</exception>
    public static Receipt Read(ref RlpReader outer)
    {
        var type = TransactionType.Legacy;
        var bytes = outer.NextIsList ? outer.ReadItem() : outer.ReadBytes();
        if (!bytes.IsEmpty && bytes[0] is (byte)TransactionType.AccessList or (byte)TransactionType.DynamicFee)
        {
            type = (TransactionType)bytes[0];
            bytes = bytes[1..];
        }

        var whole = new RlpReader(bytes);
        var rlp = whole.ReadList();
        whole.ExpectEnd();
        var succeeded = rlp.ReadBool();
        var cumulativeGasUsed = rlp.ReadUInt64();
        var bloom = rlp.ReadBytes(Bloom.Size);
        var logs = ReadLogs(ref rlp);
        rlp.ExpectEnd();
        var receipt = new Receipt(type, succeeded, cumulativeGasUsed, logs);
        return receipt.Bloom.Bytes.SequenceEqual(bloom)
            ? receipt
            : throw new RlpException("A receipt's bloom does not match its logs.");
    }

    private void WriteLogs(RlpWriter rlp)
    {
        rlp.StartList();
        foreach (var log in Logs)
        {
            rlp.StartList();
            rlp.Write(log.Address);
            rlp.StartList();
            foreach (var topic in log.Topics) rlp.Write(topic);
            rlp.EndList();
            rlp.Write(log.Data);
            rlp.EndList();
        }

        rlp.EndList();
    }

    private static List<Log> ReadLogs(ref RlpReader rlp)
    {
        var logs = new List<Log>();
        var logList = rlp.ReadList();
        while (!logList.IsAtEnd) logs.Add(ReadLog(ref logList));
        return logs;
    }

    private static Log ReadLog(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var address = rlp.ReadAddress();
        var topics = new List<Hash256>();
        var topicList = rlp.ReadList();
        while (!topicList.IsAtEnd) topics.Add(topicList.ReadHash());
        var data = rlp.ReadBytes().ToArray();
        rlp.ExpectEnd();
        return new Log(address, topics, data);
    }
}
