using System.Buffers.Binary;
using System.Text.Json;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>eth_: work for outside miners (docs/consensus/work.md).</summary>
internal static class MiningMethods
{
    public static void AddTo(RpcMethodTable table)
    {
        table.AddBool("eth_mining", call => call.View.MiningBeneficiary is not null);
        table.AddQuantity("eth_hashrate", call => Rate(call));
        table.Add("eth_coinbase", 0, call =>
        {
            if (call.View.MiningBeneficiary is not { } beneficiary)
                return RpcError.Refused("etherbase must be explicitly specified: this node does not mine");
            call.Out.WriteHexValue(beneficiary.Bytes);
            return null;
        });
        table.AddAsync("eth_getWork", 0, GetWork);
        table.AddAsync("eth_submitWork", 3, SubmitWork);
        table.Add("eth_submitHashrate", 2, SubmitHashRate);
    }

    /// <summary>Hashes a second of this process and of the miners that report to it.</summary>
    public static ulong Rate(RpcCall call) => (ulong)Math.Max(0, call.Node.LocalHashRate + call.Services.HashRates.Total);

    public static void WriteWork(Utf8JsonWriter json, WorkPackage work)
    {
        json.WriteStartArray();
        json.WriteHexValue(work.SealHash.Bytes);
        json.WriteHexValue(Hash256.Zero.Bytes);
        json.WriteHexValue(work.Target.ToHash256().Bytes);
        json.WriteQuantityValue(work.Number);
        json.WriteEndArray();
    }

    private static async ValueTask<RpcError?> GetWork(RpcCall call)
    {
        var work = await call.Node.GetWorkAsync(call.Cancellation);
        if (work is { IsForGood: true, WhyNone: { } why }) return new RpcError(RpcError.NotSupported, $"no mining work: {why}");
        if (work.Package is not { } package)
            return RpcError.Refused($"no mining work available yet: {work.WhyNone ?? "this node makes no blocks"}");
        WriteWork(call.Out, package);
        return null;
    }

    private static async ValueTask<RpcError?> SubmitWork(RpcCall call)
    {
        var nonce = call.Args.Bytes(0);
        var (sealHash, mixDigest) = (call.Args.Hash(1), call.Args.Hash(2));
        if (nonce.Length != 8) call.Args.Fail(0, $"a nonce has 8 bytes, not {nonce.Length}");
        if (!mixDigest.IsZero) call.Args.Fail(2, "the mix digest must be zero: this chain's seal has none");
        if (call.Args.Error is { } error) return error;
        var answer = await call.Node.SubmitWorkAsync(sealHash, BinaryPrimitives.ReadUInt64BigEndian(nonce), call.Cancellation);
        return Answer(call, answer);
    }

    private static RpcError? Answer(RpcCall call, NodeReply.WorkSubmitted answer)
    {
        switch (answer.Verdict)
        {
            case WorkVerdict.Accepted:
                call.Out.WriteBooleanValue(true);
                return null;
            case WorkVerdict.Stale:
                return RpcError.Refused("stale work: the template is no longer on the head, or too old to be remembered; ask "
                    + "for new work");
            case WorkVerdict.Duplicate:
                return RpcError.Refused("duplicate work: this solution was handed in before");
            case WorkVerdict.Invalid:
                return RpcError.Refused("invalid work: the nonce does not meet the target");
            default:
                throw new InvalidOperationException($"No words for {answer.Verdict}.");
        }
    }

    private static RpcError? SubmitHashRate(RpcCall call)
    {
        var rate = call.Args.Take<Hash256>(0, ArgParsers.Word).ToUInt256();
        var miner = call.Args.Hash(1);
        if (call.Args.Error is { } error) return error;
        call.Out.WriteBooleanValue(call.Services.HashRates.Report(miner, rate));
        return null;
    }
}
