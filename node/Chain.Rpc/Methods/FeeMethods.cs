using System.Text.Json;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>eth_: fees.</summary>
internal static class FeeMethods
{
    private const int MaxBlocks = 1024;
    private const int MaxPercentiles = 100;

    public static void AddTo(RpcMethodTable table)
    {
        table.AddQuantity("eth_gasPrice",
            call => FeeOracle.NextBaseFee(call.View.Head.Header) + call.Services.Fees.SuggestTip(call.Reader, call.View.Head));
        table.AddQuantity("eth_maxPriorityFeePerGas", call => call.Services.Fees.SuggestTip(call.Reader, call.View.Head));
        table.AddQuantity("eth_baseFee", call => FeeOracle.NextBaseFee(call.View.Head.Header));
        table.Add("eth_feeHistory", 3, FeeHistory);
    }

    private static RpcError? FeeHistory(RpcCall call)
    {
        var count = call.Args.Take<int>(0, ArgParsers.Int);
        var newest = call.Args.NumberOrTag(1);
        var percentiles = ReadPercentiles(call.Args);
        if (call.Args.Error is { } argument) return argument;
        if (!call.RequireHeader(newest).IsOk(out var last, out _))
            return RpcError.Refused($"request beyond head block: requested "
                + $"{(newest is BlockParameter.ByNumber { Number: var n } ? n : 0)}, head {call.View.Head.Number}");
        count = (int)Math.Min((ulong)Math.Min(count, MaxBlocks), last.Number + 1);
        if (count == 0)
        {
            WriteNone(call.Out);
            return null;
        }

        var headers = Collect(call, last, count);
        if (headers is null) return call.TimedOut;
        return Write(call, headers, percentiles);
    }

    private static void WriteNone(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteQuantity("oldestBlock"u8, 0UL);
        json.WriteStartArray("baseFeePerGas"u8);
        json.WriteEndArray();
        json.WriteStartArray("gasUsedRatio"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The last blocks up to this one, oldest first; null when the time is up.</summary>
    private static List<SealedHeader>? Collect(RpcCall call, SealedHeader last, int count)
    {
        var headers = new List<SealedHeader>(count) { last };
        while (headers.Count < count && call.Reader.GetHeader(headers[^1].ParentHash) is { } parent)
        {
            if (call.IsLate) return null;
            headers.Add(parent);
        }

        headers.Reverse();
        return headers;
    }

    private static RpcError? Write(RpcCall call, List<SealedHeader> headers, List<double>? percentiles)
    {
        var json = call.Out;
        json.WriteStartObject();
        json.WriteQuantity("oldestBlock"u8, headers[0].Number);
        json.WriteStartArray("baseFeePerGas"u8);
        foreach (var header in headers) json.WriteQuantityValue(header.Header.BaseFeePerGas);
        json.WriteQuantityValue(FeeOracle.NextBaseFee(headers[^1].Header));
        json.WriteEndArray();
        json.WriteStartArray("gasUsedRatio"u8);
        foreach (var header in headers)
            json.WriteNumberValue((double)header.Header.GasUsed / Math.Max(header.Header.GasLimit, 1));
        json.WriteEndArray();
        if (percentiles is not null)
        {
            json.WriteStartArray("reward"u8);
            foreach (var header in headers)
            {
                if (call.IsLate) return call.TimedOut;
                WriteRewards(call, header, percentiles);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        return null;
    }

    /// <summary>The tips at these percentiles of the block's gas, each transaction weighing what it used.</summary>
    private static void WriteRewards(RpcCall call, SealedHeader header, List<double> percentiles)
    {
        var json = call.Out;
        json.WriteStartArray();
        if (header.Header.GasUsed > 0 && call.FindBlock(header.Hash) is { Receipts: not null } block)
        {
            var tips = new List<(UInt256 Tip, ulong Gas)>(block.Receipts.Count);
            for (var i = 0; i < block.Receipts.Count; i++)
                tips.Add((block.Block.Body.Transactions[i].EffectivePriorityFee(header.Header.BaseFeePerGas), block.GasUsed(i)));
            tips.Sort((a, b) => a.Tip.CompareTo(b.Tip));
            var (index, sum) = (0, tips[0].Gas);
            foreach (var percentile in percentiles)
            {
                var threshold = header.Header.GasUsed * percentile / 100;
                while (sum < threshold && index < tips.Count - 1) sum += tips[++index].Gas;
                json.WriteQuantityValue(tips[index].Tip);
            }
        }
        else
        {
            foreach (var _ in percentiles) json.WriteQuantityValue(0UL);
        }

        json.WriteEndArray();
    }

    private static List<double>? ReadPercentiles(RpcArgs args)
    {
        if (!args.Has(2)) return null;
        var list = args.Take<JsonElement>(2, (JsonElement json, out JsonElement value) =>
        {
            value = json;
            return json.ValueKind == JsonValueKind.Array ? null : $"{ArgParsers.Show(json)} is not an array of percentiles";
        });
        if (args.Error is not null) return null;
        var percentiles = new List<double>();
        foreach (var item in list.EnumerateArray())
        {
            if (ArgParsers.Real(item, out var percentile) is { } why) args.Fail(2, why);
            if (percentile is < 0 or > 100 || (percentiles.Count > 0 && percentile < percentiles[^1]))
                args.Fail(2, $"invalid reward percentile: {percentile}; they must rise from 0 to 100");
            percentiles.Add(percentile);
        }

        if (percentiles.Count > MaxPercentiles)
            args.Fail(2, $"{percentiles.Count} percentiles; at most {MaxPercentiles} are answered at once");
        return percentiles.Count == 0 ? null : percentiles;
    }
}
