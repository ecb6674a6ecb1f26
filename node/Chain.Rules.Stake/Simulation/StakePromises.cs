using Chain.Consensus.Stake;
using Chain.Simulation;

namespace Chain.Rules.Stake;

/// <summary>
/// What proof of stake promises of any history, asked of a network that has just healed: no two finalized checkpoints exclude
/// each other unless a third of the stake is named as slashable, finality comes back in time, all ether is there at every block,
/// nobody honest is slashed, and all nodes end on one head with one finalized checkpoint.
/// </summary>
internal sealed class StakePromises(SimulatedNetwork network, HostileValidators hostile)
{
    /// <summary>
    /// In how many epochs after healing finality must be back where those who keep all rules are two thirds of the stake.
    /// </summary>
    public const ulong EpochsToFinality = 5;

    /// <summary>
    /// And where newcomers wait to be let in: then the votes of the epoch before, unless complete within it, are weighed against
    /// a total that holds them already (get_total_active_balance takes the current epoch's).
    /// </summary>
    public const ulong EpochsToFinalityWithNewcomers = 8;

    /// <summary>And where they are not, so that the absent must leak away and the slashed leave first.</summary>
    public const ulong EpochsToFinalityAfterLeak = 30;

    private const int EpochsToOneHead = 2;

    private readonly ProofOfStakeSettings _settings = (ProofOfStakeSettings)network.Spec.Consensus;

    private TimeSpan EpochDuration => TimeSpan.FromMilliseconds(_settings.SlotDurationMs * _settings.SlotsPerEpoch);

    /// <summary>Lets the network run and answers the first promise that it breaks; null when it keeps all.</summary>
    /// <param name="epochsToFinality">How long finality took; null where it did not come back.</param>
    public string? FindBroken(out ulong? epochsToFinality)
    {
        epochsToFinality = null;
        network.Run(EpochDuration);
        var failure = IsConflict() ? JudgeConflict() : JudgeFinality(out epochsToFinality);
        return failure ?? FindInnocentVictim() ?? network.Nodes.Select(FindLostEther).FirstOrDefault(lost => lost is not null);
    }

    private bool IsConflict() => network.Nodes.Any(node => node.WhyHalted is not null) || FindApart() is not null;

    /// <summary>Two nodes whose finalized chains exclude each other.</summary>
    private (SimulatedNode, SimulatedNode)? FindApart()
    {
        foreach (var one in network.Nodes)
        {
            foreach (var other in network.Nodes)
            {
                var final = one.Core.View.Finalized;
                if (final.Number <= other.Core.View.Finalized.Number && other.Store.GetCanonicalHash(final.Number) != final.Hash)
                    return (one, other);
            }
        }

        return null;
    }

    /// <summary>
    /// Every node that has met the other history has stopped, and the proof names a third of the stake, all of it guilty.
    /// </summary>
    private string? JudgeConflict()
    {
        foreach (var node in network.Nodes)
        {
            if (node.Told.OfType<StakeEvent.ConflictProven>().SingleOrDefault()?.Conflict is not { } conflict)
                return $"node {node.Index} goes on although two histories were made final";
            var named = (ulong)conflict.Slashable.Count * _settings.MaxEffectiveBalance;
            if (named * 3 < conflict.TotalStake.Amount)
                return $"two histories were made final, and node {node.Index} can name {conflict.Slashable.Count} of the "
                    + $"guilty only";
            if (conflict.Slashable.Any(validator => !hostile.Guilty.Contains(validator)))
                return $"node {node.Index} names the innocent: {string.Join(", ", conflict.Slashable)}";
        }

        return null;
    }

    private string? JudgeFinality(out ulong? epochsToFinality)
    {
        epochsToFinality = null;
        var healed = network.Nodes.Min(node => node.StakeOf().Epoch);
        var bound = !IsSound() ? EpochsToFinalityAfterLeak : HasNewcomers() ? EpochsToFinalityWithNewcomers : EpochsToFinality;
        if (!network.RunUntil(() => network.Nodes.All(node => node.StakeOf().Finalized.Epoch >= healed), bound * EpochDuration))
        {
            return $"{bound} epochs after healing in {healed} the nodes have finalized "
                + $"{string.Join(", ", network.Nodes.Select(node => node.StakeOf().Finalized.Epoch.Number))}";
        }

        epochsToFinality = network.Nodes.Max(node => node.StakeOf().Epoch) - healed;
        return network.RunUntil(IsOne, EpochsToOneHead * EpochDuration)
            ? null
            : "no common end: "
                + string.Join(", ", network.Nodes.Select(node => $"{node.Core.View.Head} with {node.StakeOf().Finalized}"));
    }

    private bool IsOne() => network.IsConverged && network.Nodes.Select(node => node.StakeOf().Finalized).Distinct().Count() == 1;

    /// <summary>Whether those who keep all rules, by the node that sees least of them, are two thirds of the stake.</summary>
    private bool IsSound() => network.Nodes.All(node =>
    {
        var stake = node.StakeOf();
        var active = stake.Validators.Where(item => item.Validator.IsActive(stake.Epoch)).ToList();
        var honest = active.Where(item => !item.Validator.Slashed && !hostile.All.Contains(item.Validator.Index));
        return Sum(honest) * 3 >= Sum(active) * 2;
    });

    private bool HasNewcomers() =>
        network.Nodes.Any(node =>
            node.StakeOf() is var stake
            && stake.Validators.Any(item =>
                item.Validator.ActivationEpoch > stake.Epoch && item.Validator.ExitEpoch == Epoch.FarFuture));

    private static ulong Sum(IEnumerable<ValidatorView> validators) =>
        validators.Aggregate(0UL, (sum, item) => sum + item.Validator.EffectiveBalance.Amount);

    private string? FindInnocentVictim()
    {
        foreach (var node in network.Nodes)
        {
            foreach (var item in node.StakeOf().Validators)
            {
                if (item.Validator.Slashed && !hostile.Guilty.Contains(item.Validator.Index))
                    return $"node {node.Index} has validator {item.Validator.Index} slashed, which broke no rule";
            }

            foreach (var found in node.Told.OfType<StakeEvent.OffenceFound>())
            {
                if (!hostile.Guilty.Contains(found.Validator))
                    return $"node {node.Index} accuses validator {found.Validator}, which broke no rule: it {found.Offence}";
            }
        }

        return null;
    }

    /// <summary>Adds up a node's canonical chain block by block. Equal heads are one chain.</summary>
    private string? FindLostEther(SimulatedNode node)
    {
        if (network.Nodes.Any(earlier => earlier.Index < node.Index && earlier.Core.View.Head.Hash == node.Core.View.Head.Hash))
            return null;
        var audit = new StakeAudit(_settings, network.Genesis.Block.Header, node.Store);
        for (var number = 1UL; number <= node.Core.View.Head.Number; number++)
        {
            var hash = node.Store.GetCanonicalHash(number)!.Value;
            if (audit.Next(node.Store.GetBlock(hash)!, node.Store.GetReceipts(hash)!) is { } error)
                return $"ether is missing or too much at block {number} of node {node.Index}: {error.Message}";
        }

        return null;
    }
}
