using Chain.Consensus.Work;
using Chain.Node;

namespace Chain.Tests;

/// <summary>What the `node` command of a script may set, with what holds where it does not.</summary>
internal sealed record ScriptSettings
{
    /// <summary>A hundred hashes a block: real seals, cheap to find, and weights that one can add up in one's head.</summary>
    public SealKind Seal { get; init; } = SealKind.Keccak;

    public DifficultyRule Rule { get; init; } = DifficultyRule.Fixed;

    public ulong Difficulty { get; init; } = 100;

    public NodeLimits Limits { get; init; } = new();

    public PoolLimits Pool { get; init; } = new();

    public static ScriptSettings Of(ScriptCommand command)
    {
        var (limits, pool) = (new NodeLimits(), new PoolLimits());
        var isStepwise = command.Text("difficulty-rule") is "asert";
        int Limit(string key, int fallback) => (int)command.Number(key, (ulong)fallback);
        return new ScriptSettings
        {
            // Step-wise difficulty has a floor that is dear to search, so that its seals are simulated.
            Seal = isStepwise ? SealKind.Simulated : SealKind.Keccak,
            Rule = isStepwise ? DifficultyRule.Asert : DifficultyRule.Fixed,
            Difficulty = isStepwise ? 1_000_000UL : 100,
            Limits = limits with
            {
                TreeHeights = Limit("tree-heights", limits.TreeHeights),
                OrphansPerPeer = Limit("orphans-per-peer", limits.OrphansPerPeer),
                FetchesPerPeer = Limit("fetches-per-peer", limits.FetchesPerPeer),
                HeadersAhead = Limit("headers-ahead", limits.HeadersAhead),
                HeadersPerRequest = Limit("headers-per-request", limits.HeadersPerRequest),
                BodiesPerRequest = Limit("bodies-per-request", limits.BodiesPerRequest),
                BlocksPerStep = Limit("blocks-per-step", limits.BlocksPerStep),
                ResponseBytes = Limit("response-bytes", limits.ResponseBytes),
                Templates = Limit("templates", limits.Templates),
                UndeliveredPerPeer = Limit("undelivered-per-peer", limits.UndeliveredPerPeer),
                UselessPerPeer = Limit("useless-per-peer", limits.UselessPerPeer),
            },
            Pool = pool with
            {
                Transactions = Limit("pool-transactions", pool.Transactions),
                PerAccount = Limit("pool-per-account", pool.PerAccount),
                Queued = Limit("pool-queued", pool.Queued),
                QueuedPerAccount = Limit("pool-queued-per-account", pool.QueuedPerAccount),
                NonceGap = Limit("pool-nonce-gap", pool.NonceGap),
                TransactionBytes = Limit("pool-transaction-bytes", pool.TransactionBytes),
            },
        };
    }
}
