using Chain.Consensus;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Makes templates for miners and takes their solutions (docs/consensus/work.md). The last templates stay valid as long as they
/// stand on the head; a fresh one is made on every new head and, when the pool has changed, once a second.
/// </summary>
internal sealed class WorkDesk(NodeConfig config, ConsensusRules rules, IHeaderRules headers, BlockTree tree,
    BlockAssembler assembler, TransactionPool pool, Outbox outbox)
{
    private const long RefreshMs = 1000;

    private readonly List<Template> _templates = [];
    private readonly BoundedSet<(Hash256 SealHash, ulong Nonce)> _solved = new(64);
    private PoolSnapshot? _poolOfLatest;

    private sealed record Template(WorkPackage Package, BlockHeader Header, BlockBody Body, IReadOnlyList<BalanceCredit> Rewards,
        At MadeAt);

    /// <summary>Who gets the rewards; null while no work is made.</summary>
    public Address? Beneficiary { get; private set; }

    public void SetMining(Address? beneficiary)
    {
        Beneficiary = beneficiary;
        _templates.Clear();
    }

    /// <summary>Makes a new template where one is due.</summary>
    public void Refresh(At now, bool isSyncing)
    {
        if (Beneficiary is not { } beneficiary || isSyncing) return;
        if (_templates.Count > 0)
        {
            var latest = _templates[^1];
            var stillOnHead = latest.Header.ParentHash == tree.Head.Hash;
            if (stillOnHead
                && (now.Since(latest.MadeAt) < RefreshMs || ReferenceEquals(_poolOfLatest, pool.Snapshot)
                    && latest.Header.Timestamp >= now.UnixSeconds))
                return;
        }

        if (Make(beneficiary, now) is not { } template) return;
        _poolOfLatest = pool.Snapshot;
        _templates.RemoveAll(old => old.Header.ParentHash != tree.Head.Hash || old.Package.SealHash == template.Package.SealHash);
        if (_templates.Count >= config.Limits.Templates) _templates.RemoveAt(0);
        _templates.Add(template);
        outbox.Tell(new NodeEvent.NewWork(template.Package));
    }

    public NodeReply.Work Current(bool isSyncing) =>
        !rules.HasMiners ? new NodeReply.Work(null, $"this chain has no miners: its rule is {rules.Name}", IsForGood: true)
        : isSyncing ? new NodeReply.Work(null, "the node is catching up with its peers")
        : Beneficiary is null ? new NodeReply.Work(null, "mining is off: the node has no beneficiary for rewards")
        : _templates.Count == 0 ? new NodeReply.Work(null, "no block can be made right now")
        : new NodeReply.Work(_templates[^1].Package, null);

    /// <summary>The block that a solution makes, or why it makes none.</summary>
    public (WorkVerdict Verdict, Block? Block) Solve(Hash256 sealHash, ulong nonce)
    {
        if (_solved.Contains((sealHash, nonce))) return (WorkVerdict.Duplicate, null);
        var template =
            _templates.Find(candidate => candidate.Package.SealHash == sealHash && candidate.Header.ParentHash == tree.Head.Hash);
        if (template is null) return (WorkVerdict.Stale, null);
        var header = new SealedHeader(template.Header with { Nonce = nonce });
        if (headers.CheckSeal(header) is not null) return (WorkVerdict.Invalid, null);
        _solved.Add((sealHash, nonce));
        return (WorkVerdict.Accepted, new Block(header, template.Body, ReadOnlyMemory<byte>.Empty));
    }

    private Template? Make(Address beneficiary, At now)
    {
        var parent = tree.Head.Header;
        if (rules.Lifecycle.Prepare(parent, beneficiary, config.ExtraData, now) is not { } header) return null;
        var rewards = rules.Lifecycle.Rewards(header);
        if (SameButLater(header, rewards, now) is { } later) return later;
        var block = assembler.Assemble(new BlockPlan(parent, header, header.WithdrawalsRoot is null ? null : []));
        return ToTemplate(block.Header, block.Body, rewards, now);
    }

    /// <summary>
    /// The latest template with the new header's time, when it holds no transaction that could have seen the time: only rewards
    /// changed the state then, so that the roots stay. Null when there is anything to execute.
    /// </summary>
    private Template? SameButLater(BlockHeader header, IReadOnlyList<BalanceCredit> rewards, At now)
    {
        if (_templates.Count == 0 || !ReferenceEquals(_poolOfLatest, pool.Snapshot)) return null;
        var (last, body) = (_templates[^1].Header, _templates[^1].Body);
        if (last.ParentHash != header.ParentHash || body.Transactions.Count > 0 || body.Withdrawals is { Count: > 0 }
            || !rewards.SequenceEqual(_templates[^1].Rewards))
            return null;
        header = header with
        {
            StateRoot = last.StateRoot,
            TransactionsRoot = last.TransactionsRoot,
            ReceiptsRoot = last.ReceiptsRoot,
            LogsBloom = last.LogsBloom,
        };
        return ToTemplate(header, body, rewards, now);
    }

    private static Template ToTemplate(BlockHeader header, BlockBody body, IReadOnlyList<BalanceCredit> rewards, At now)
    {
        var target = UInt256.MaxValue / header.Difficulty;
        return new Template(new WorkPackage(header.SealHash(), target, header.Number), header, body, rewards, now);
    }
}
