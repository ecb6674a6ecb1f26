using LiteDB;

namespace Chain.Transfers;

/// <summary>A collection whose documents carry sums, and what is stored in it.</summary>
internal sealed class BookTable(ILiteCollection<BsonDocument> documents)
{
    private const string SumField = "check";

    private readonly Dictionary<string, long> _sums = new(StringComparer.Ordinal);
    private readonly HashSet<object> _stored = new(ReferenceEqualityComparer.Instance);

    public int Count => _sums.Count;

    /// <summary>All documents' sums together, in any order.</summary>
    public long Sum { get; private set; }

    /// <summary>Every document, once its sum has been found right.</summary>
    public IEnumerable<BsonDocument> ReadAll()
    {
        foreach (var document in documents.FindAll())
        {
            RequireSum(document);
            yield return document;
        }
    }

    /// <summary>Remembers what a stored document stands for.</summary>
    public void SetStored(BsonDocument document, object item)
    {
        Remember(document);
        _stored.Add(item);
    }

    /// <summary>Stores what is not stored as it is.</summary>
    public void Put<T>(T item, Func<T, BsonDocument> convert)
        where T : class
    {
        if (!_stored.Add(item)) return;
        var document = WithSum(convert(item));
        Remember(document);
        documents.Upsert(document);
    }

    public static BsonDocument WithSum(BsonDocument document)
    {
        document[SumField] = SumOf(document);
        return document;
    }

    /// <exception cref="BookDamageException">The document is not as it was written.</exception>
    public static void RequireSum(BsonDocument document)
    {
        if (!document.TryGetValue(SumField, out var sum) || !document.Remove(SumField) || !sum.IsInt64
            || sum.AsInt64 != SumOf(document))
            throw new BookDamageException("a record is not as it was written");
        document[SumField] = sum;
    }

    private void Remember(BsonDocument document)
    {
        var (id, sum) = (document["_id"].ToString(), document[SumField].AsInt64);
        unchecked
        {
            Sum += sum - _sums.GetValueOrDefault(id);
        }

        _sums[id] = sum;
    }

    private static long SumOf(BsonDocument document) => unchecked((long)BookSum.Of(BsonSerializer.Serialize(document)));
}
