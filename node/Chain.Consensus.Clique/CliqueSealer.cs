using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>Seals blocks for this node's signers: one for each signer and head, unless nothing came of it.</summary>
internal sealed class CliqueSealer(IConsensusHost host, ChainSpec spec, CliqueSettings settings, CliqueChain chain,
    CliqueProposals proposals, CliqueClock clock)
{
    private const long RetryMs = 5_000;

    private readonly Dictionary<Hash256, AssembledBlock> _unsigned = [];
    private readonly Dictionary<Address, At> _triedUntil = [];
    private readonly List<(Block Block, At Until)> _held = [];
    private readonly BoundedSet<Hash256> _silent = new(capacity: 256);
    private IReadOnlyList<CliqueDutyHolder> _holders = [];
    private Hash256 _head;
    private At _since;

    /// <summary>Since when the next block could be made: the head is here, and under period 0 a transaction.</summary>
    public At? WaitsSince { get; private set; }

    public bool HasSigners => _holders.Count > 0;

    public void SetSigners(IReadOnlyList<CliqueDutyHolder> holders) => _holders = holders;

    /// <summary>Whether a block is to be shown to all peers: not one that a signer shows, or holds back, on purpose.</summary>
    public bool IsWorthRelaying(Block block) => !_silent.Contains(block.Hash);

    /// <summary>Notes since when the next block could be made.</summary>
    public void Observe(At now)
    {
        if (_head != chain.HeadHash)
        {
            (_head, _since, WaitsSince) = (chain.HeadHash, now, null);
            _triedUntil.Clear();
            _unsigned.Clear();
        }

        if (settings.PeriodSeconds > 0) WaitsSince ??= _since;
        else WaitsSince = host.HasTransactions ? WaitsSince ?? now : null;
    }

    /// <summary>Seals what is due, and shows what was held back long enough.</summary>
    public void Act(At now)
    {
        foreach (var (block, _) in _held.Where(held => held.Until <= now))
        {
            foreach (var peer in host.Peers) host.SendBlock(peer, block);
        }

        _held.RemoveAll(held => held.Until <= now);
        if (_holders.Count == 0 || WaitsSince is not { } since) return;
        var parent = chain.Head;
        var before = chain.SnapshotOf(parent);
        var start = Math.Max(clock.DueMs(parent), since.UnixMs);
        if (settings.PeriodSeconds == 0) start = since.UnixMs;
        foreach (var holder in _holders)
        {
            if (holder.Misbehaviour == CliqueMisbehaviour.Offline) continue;
            if (now < _triedUntil.GetValueOrDefault(holder.Account)) continue;
            if (before.WhyMayNotSign(holder.Account) is not null) continue;
            var delay = holder.Misbehaviour == CliqueMisbehaviour.Hurry ? 0 : CliqueClock.DelayMs(before, holder.Account);
            if (now.UnixMs >= start + delay) Ask(holder, parent, before, now);
        }
    }

    /// <summary>What became of seals asked for.</summary>
    public void OnSigned(IReadOnlyList<SigningAnswer> answers, At now)
    {
        foreach (var group in answers.GroupBy(answer => answer.Request.Key))
        {
            var blocks = new List<Block>();
            foreach (var answer in group)
            {
                // The head may have moved on since; then the block would only make a fork.
                if (!_unsigned.Remove(answer.Request.SigningRoot, out var assembled)) continue;
                if (assembled.Header.ParentHash != chain.HeadHash) continue;
                if (answer.Signature is { } seal) blocks.Add(Join(assembled, seal));
                else host.Tell(new CliqueEvent.SealRefused(assembled.Header.Number, answer.Refusal ?? "no reason was given"));
            }

            if (blocks.Count == 0 || _holders.FirstOrDefault(holder => holder.Key.Equals(group.Key)) is not { } holder) continue;
            Publish(holder, blocks, now);
        }
    }

    private static Block Join(AssembledBlock assembled, Signature seal) =>
        new(new SealedHeader(CliqueSeal.Attach(assembled.Header, seal)), assembled.Body, ReadOnlyMemory<byte>.Empty);

    private void Ask(CliqueDutyHolder holder, SealedHeader parent, CliqueSnapshot before, At now)
    {
        var faces = holder.Misbehaviour == CliqueMisbehaviour.Equivocate ? 2 : 1;
        var requests = new List<SigningRequest>();
        for (var face = 0; face < faces; face++)
        {
            var plan = new BlockPlan(parent, Prepare(holder, parent, before, (byte)face, now), Withdrawals: null)
            {
                Author = holder.Account,
            };
            var assembled = host.Assemble(plan);
            if (settings.PeriodSeconds == 0 && assembled.Body.Transactions.Count == 0) return;
            var root = CliqueSeal.SealHash(assembled.Header);
            _unsigned[root] = assembled;
            requests.Add(new CliqueSigningRequest(holder.Key, root));
        }

        _triedUntil[holder.Account] = now.Plus(RetryMs);
        host.Sign(requests);
    }

    private BlockHeader Prepare(CliqueDutyHolder holder, SealedHeader parent, CliqueSnapshot before, byte vanity, At now)
    {
        var (last, number) = (parent.Header, parent.Number + 1);
        var isCheckpoint = settings.IsCheckpoint(number);
        var vote = isCheckpoint ? null : proposals.Choose(before);
        return new BlockHeader
        {
            ParentHash = parent.Hash,
            Beneficiary = vote?.Account ?? Address.Zero,
            StateRoot = last.StateRoot,
            TransactionsRoot = BlockHeader.EmptyTrieRoot,
            ReceiptsRoot = BlockHeader.EmptyTrieRoot,
            LogsBloom = Bloom.Empty,
            Difficulty = CliqueHeaderRules.DifficultyOf(before, holder.Account),
            Number = number,
            GasLimit = GasLimitRule.Towards(last.GasLimit, spec.GasLimitTarget),
            GasUsed = 0,
            Timestamp = Math.Max(last.Timestamp + settings.PeriodSeconds, now.UnixSeconds),
            ExtraData = CliqueExtra.Unsealed([vanity], isCheckpoint ? before.Signers : []),
            Nonce = vote is { Authorize: true } ? CliqueVote.NonceAuthorize : CliqueVote.NonceDrop,
            BaseFeePerGas = BaseFee.Next(last.BaseFeePerGas, last.GasUsed, last.GasLimit),
        };
    }

    private void Publish(CliqueDutyHolder holder, List<Block> blocks, At now)
    {
        if (holder.Misbehaviour == CliqueMisbehaviour.Withhold)
        {
            _silent.Add(blocks[0].Hash);
            _held.Add((blocks[0], now.Plus(HoldMs(blocks[0]))));
        }
        else if (blocks.Count > 1)
        {
            foreach (var block in blocks) _silent.Add(block.Hash);
            foreach (var (index, peer) in host.Peers.Index()) host.SendBlock(peer, blocks[index % blocks.Count]);
        }

        host.Submit(blocks[0], now);
    }

    // By then all others have sealed beside it.
    private long HoldMs(Block block) =>
        (long)(settings.PeriodSeconds * 1000) + CliqueClock.LongestDelayMs(chain.SnapshotOf(block.Header));
}
