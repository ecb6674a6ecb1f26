using Chain.Primitives;
using LiteDB;

namespace Chain.Transfers;

/// <summary>The book's documents, made and read by hand.</summary>
internal static class BookDocuments
{
    public static BsonDocument Of(BookedTransfer booked)
    {
        var transfer = booked.Transfer;
        var document = new BsonDocument
        {
            ["_id"] = transfer.Hash.ToArray(),
            ["order"] = booked.Order,
            ["number"] = booked.Number,
            ["from"] = transfer.From.Bytes.ToArray(),
            ["chain"] = unchecked((long)transfer.ChainId),
            ["purpose"] = transfer.Purpose.ToString(),
            ["signedAt"] = transfer.SignedAt.UtcTicks,
            ["node"] = transfer.Node,
            ["raw"] = transfer.Transaction.Encoded.ToArray(),
            ["fate"] = transfer.Fate.ToString(),
        };
        if (transfer.Genesis is { } genesis) document["genesis"] = genesis.ToArray();
        if (transfer.Replaces is { } replaced) document["replaces"] = replaced.ToArray();
        if (transfer.EndedKnowing is { } knowing) document["endedKnowing"] = knowing;
        if (transfer.Detail is { } detail) document["detail"] = detail;
        return document;
    }

    public static BookedTransfer ToTransfer(BsonDocument document)
    {
        Hash256? Hash(string name) => document.TryGetValue(name, out var value) ? new Hash256(value.AsBinary) : null;
        var transfer = new SignedTransfer(
            Transaction.Decode(document["raw"].AsBinary),
            new Address(document["from"].AsBinary),
            unchecked((ulong)document["chain"].AsInt64),
            Hash("genesis"),
            Enum.Parse<TransferPurpose>(document["purpose"].AsString),
            new DateTimeOffset(document["signedAt"].AsInt64, TimeSpan.Zero),
            Hash("replaces"),
            document["node"].AsString)
        {
            Fate = Enum.Parse<TransferFate>(document["fate"].AsString),
            EndedKnowing = document.TryGetValue("endedKnowing", out var knowing) ? knowing.AsBoolean : null,
            Detail = document.TryGetValue("detail", out var detail) ? detail.AsString : null,
        };
        return new BookedTransfer(transfer, document["order"].AsInt64, document["number"].AsInt64);
    }

    public static BsonDocument Of(BookedContact contact)
    {
        var document = new BsonDocument
        {
            ["_id"] = contact.Name.ToUpperInvariant(),
            ["name"] = contact.Name,
            ["number"] = contact.Number,
        };
        if (contact.Address is { } address) document["address"] = address.Bytes.ToArray();
        return document;
    }

    public static BookedContact ToContact(BsonDocument document) => new(document["name"].AsString,
        document.TryGetValue("address", out var address) ? new Address(address.AsBinary) : null, document["number"].AsInt64);

    public static BsonDocument Of(int index, BookDamage damage) => new()
    {
        ["_id"] = index,
        ["line"] = damage.Line,
        ["problem"] = damage.Problem,
        ["accepted"] = damage.IsAccepted,
    };

    public static BookDamage ToDamage(BsonDocument document) =>
        new(document["line"].AsInt32, document["problem"].AsString) { IsAccepted = document["accepted"].AsBoolean };
}
