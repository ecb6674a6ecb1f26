using System.Text.Json;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>
/// Which logs someone wants: any of these addresses, and at each place any of these topics (nothing given: all).
/// </summary>
internal sealed class LogFilter
{
    private const int MaxTopics = 4;
    private const int MaxAlternatives = 1000;

    private readonly List<Address> _addresses = [];
    private readonly List<List<Hash256>> _topics = [];

    public BlockParameter? From { get; private set; }

    public BlockParameter? To { get; private set; }

    public Hash256? BlockHash { get; private set; }

    /// <summary>Reads the filter object of `eth_getLogs`, `eth_newFilter` and the subscription.</summary>
    public static LogFilter Read(RpcArgs args, int index)
    {
        var filter = new LogFilter();
        var fields = args.Fields(index);
        filter.BlockHash = fields.TakeOptional<Hash256>("blockHash", ArgParsers.Hash);
        filter.From = fields.Take<BlockParameter?>("fromBlock", BlockParameter.ParseTagOrNumber!, null);
        filter.To = fields.Take<BlockParameter?>("toBlock", BlockParameter.ParseTagOrNumber!, null);
        if (filter.BlockHash is not null && (filter.From is not null || filter.To is not null))
            fields.Fail("cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other");
        if (fields.Find("address", out var address) && filter.ReadAddresses(address) is { } badAddress)
            fields.Fail($"`address`: {badAddress}");
        if (fields.Find("topics", out var topics) && filter.ReadTopics(topics) is { } badTopic)
            fields.Fail($"`topics`: {badTopic}");
        return filter;
    }

    /// <summary>False when no log under this bloom filter can match.</summary>
    public bool MayMatch(Bloom bloom)
    {
        if (bloom.Bytes.IndexOfAnyExcept((byte)0) < 0) return false;
        if (_addresses.Count > 0 && !_addresses.Exists(address => bloom.MayContain(address.Bytes))) return false;
        foreach (var alternatives in _topics)
        {
            if (alternatives.Count > 0 && !alternatives.Exists(topic => bloom.MayContain(topic.Bytes))) return false;
        }

        return true;
    }

    public bool Matches(Log log)
    {
        if (_addresses.Count > 0 && !_addresses.Contains(log.Address)) return false;
        if (_topics.Count > log.Topics.Count) return false;
        for (var i = 0; i < _topics.Count; i++)
        {
            if (_topics[i].Count > 0 && !_topics[i].Contains(log.Topics[i])) return false;
        }

        return true;
    }

    /// <summary>The logs of a block that match, in order.</summary>
    public IEnumerable<LogPlace> In(CachedBlock block)
    {
        if (block.Receipts is null || !MayMatch(block.Block.Header.Header.LogsBloom)) yield break;
        for (var i = 0; i < block.Receipts.Count; i++)
        {
            for (var j = 0; j < block.Receipts[i].Logs.Count; j++)
            {
                if (Matches(block.Receipts[i].Logs[j])) yield return new LogPlace(block, i, j);
            }
        }
    }

    private string? ReadAddresses(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Array) return AddAddress(json);
        if (json.GetArrayLength() > MaxAlternatives)
            return $"{json.GetArrayLength()} addresses; at most {MaxAlternatives} are filtered at once";
        foreach (var item in json.EnumerateArray())
        {
            if (AddAddress(item) is { } why) return why;
        }

        return null;
    }

    private string? AddAddress(JsonElement json)
    {
        var why = ArgParsers.Address(json, out var address);
        _addresses.Add(address);
        return why;
    }

    private string? ReadTopics(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Array) return $"{ArgParsers.Show(json)} is not an array of topics";
        if (json.GetArrayLength() > MaxTopics) return $"{json.GetArrayLength()} topics; a log has at most {MaxTopics}";
        foreach (var item in json.EnumerateArray())
        {
            var alternatives = new List<Hash256>();
            _topics.Add(alternatives);
            if (item.ValueKind == JsonValueKind.Null) continue;
            if (ReadAlternatives(item, alternatives) is { } why) return why;
        }

        return null;
    }

    private static string? ReadAlternatives(JsonElement json, List<Hash256> alternatives)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            var why = ArgParsers.Hash(json, out var topic);
            alternatives.Add(topic);
            return why;
        }

        if (json.GetArrayLength() > MaxAlternatives)
            return $"{json.GetArrayLength()} alternatives; at most {MaxAlternatives} are filtered at once";
        foreach (var item in json.EnumerateArray())
        {
            // A null among the alternatives is a wildcard for the place (geth reads it so).
            if (item.ValueKind == JsonValueKind.Null)
            {
                alternatives.Clear();
                return null;
            }

            if (ArgParsers.Hash(item, out var topic) is { } why) return why;
            alternatives.Add(topic);
        }

        return null;
    }
}
