namespace Chain.Consensus.Stake;

/// <summary>
/// What a state's committees and proposers came out as. It holds for all states that descend from one within an epoch, so copies
/// share it; <see cref="AtEpochStart"/> gives the next epoch its own.
/// </summary>
public sealed class CommitteeCache
{
    private readonly List<Shuffling> _shufflings = [];
    private readonly List<(Slot Slot, int Proposer)> _proposers = [];

    public Shuffling? Find(Epoch epoch) => _shufflings.Find(shuffling => shuffling.Epoch == epoch);

    public Shuffling Add(Shuffling shuffling)
    {
        _shufflings.Add(shuffling);
        return shuffling;
    }

    public int? FindProposer(Slot slot)
    {
        foreach (var (known, proposer) in _proposers)
        {
            if (known == slot) return proposer;
        }

        return null;
    }

    public int AddProposer(Slot slot, int proposer)
    {
        _proposers.Add((slot, proposer));
        return proposer;
    }

    /// <summary>
    /// The cache of states in this epoch: the shufflings that fast confirmation and votes still ask for stay, proposers go
    /// because effective balances have changed.
    /// </summary>
    public CommitteeCache AtEpochStart(Epoch epoch)
    {
        var next = new CommitteeCache();
        next._shufflings.AddRange(_shufflings.Where(shuffling => shuffling.Epoch + 2 >= epoch));
        return next;
    }
}
