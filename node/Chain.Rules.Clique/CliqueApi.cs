using System.Globalization;
using System.Text.Json;
using Chain.Consensus;
using Chain.Consensus.Clique;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;

namespace Chain.Rules.Clique;

/// <summary>What Clique shows of itself over JSON-RPC.</summary>
public sealed class CliqueApi(CliqueSettings settings) : RuleApi
{
    private const string Stalled = "chain_stalled";

    // Enough for every signer of a test network; beyond it nobody counts any more.
    private const ulong MostBlocksLookedAt = 1024;

    public override bool HasEvents => true;

    public override IReadOnlyList<string> AlertNames { get; } = [Stalled];

    public override void AddMethods(RpcMethodTable table) => CliqueMethods.AddTo(table);

    /// <summary>Nothing is final: what grows is the number of signers that have sealed the block or one on top of it.</summary>
    public override void WriteConfidence(RpcCall call, SealedHeader block, double attackerShare, int confirmations)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(block);
        var signers = (call.View.Consensus as CliqueView)?.Signers.Count ?? 0;
        var sealedBy = CountSealers(call, block);
        call.Out.WriteString("level"u8, Level(sealedBy, signers));
        call.Out.WriteNumber("sealedBy"u8, sealedBy);
        call.Out.WriteNumber("signers"u8, signers);
        call.Out.WriteString("rule"u8, "clique"u8);
    }

    public override void WriteStatus(Utf8JsonWriter json, ChainView view, IChainReader reader)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (view?.Consensus is not CliqueView clique) return;
        json.WriteStartObject("clique"u8);
        CliqueJson.WriteFields(json, clique);
        json.WriteEndObject();
    }

    public override void WriteHealth(Utf8JsonWriter json, ChainView view)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (view?.Consensus is CliqueView clique) json.WriteNumber("signers"u8, clique.Signers.Count);
    }

    public override void WriteMetrics(MetricsText page, ChainView view)
    {
        ArgumentNullException.ThrowIfNull(page);
        if (view?.Consensus is not CliqueView clique) return;
        page.Gauge("chain_signers", "Accounts that may sign blocks.", clique.Signers.Count);
        page.Gauge("chain_signers_free", "Signers that may seal the next block.", clique.MaySign.Count);
        page.Gauge("chain_open_votes", "Votes about signers that are open.", clique.Votes.Count);
        page.Gauge("chain_stalled", "1 while the next block is due and nobody seals it.", clique.IsStalled ? 1 : 0);
    }

    public override void WriteEvent(Utf8JsonWriter json, ConsensusEvent happened) => CliqueJson.WriteEvent(json, happened);

    public override IEnumerable<Alert> Alerts(ChainView view)
    {
        if (view?.Consensus is CliqueView { IsStalled: true } clique)
            yield return new Alert(Stalled, new CliqueEvent.Stalled(clique.Number, clique.MaySign).Message);
    }

    /// <summary>With period 0 no block is due while there is nothing to seal; a stalled chain says so itself.</summary>
    public override string? Lag(ChainView view, ulong ageSeconds, ulong intervalMs) =>
        settings.PeriodSeconds == 0 ? null : base.Lag(view, ageSeconds, intervalMs);

    private static string Level(int sealedBy, int signers)
    {
        var limit = (signers / 2) + 1;
        var count = string.Create(CultureInfo.InvariantCulture,
            $"{sealedBy} of {signers} signers have sealed it or on top of it");
        return signers == 1
            ? "as its only signer wants it: one signer can undo any block, because nothing is final under Clique"
            : sealedBy >= limit
            ? $"{count}: it is undone only if some of them go back on it, because nothing is final under Clique"
            : $"{count}: wait for {limit}, more than half";
    }

    private static int CountSealers(RpcCall call, SealedHeader block)
    {
        var sealers = new HashSet<Address>();
        var last = Math.Min(call.View.Head.Number, block.Number + MostBlocksLookedAt);
        for (var number = block.Number; number <= last && !call.IsLate; number++)
        {
            if (call.FindCanonical(number) is not { } header) break;
            sealers.Add(call.Node.Rules.Lifecycle.AuthorOf(header.Header));
        }

        return sealers.Count;
    }
}
