namespace Chain.Consensus.Stake;

/// <summary>Where a key of this node stands with <see cref="KeyWatch"/>.</summary>
internal enum KeyStanding
{
    /// <summary>It signs.</summary>
    Signing,

    /// <summary>It will sign once its registration is asked for.</summary>
    Ready,

    /// <summary>It signs nothing while epochs are listened through.</summary>
    Listening,

    /// <summary>It signs nothing: something of it was heard that this node did not sign.</summary>
    UsedElsewhere,
}

/// <summary>A key of this node and what was heard of it.</summary>
/// <param name="holder">Whose it is.</param>
/// <param name="since">The slot in which the node began to act for it: what it signed up to there may be the node's own.</param>
internal sealed class WatchedKey(StakeDutyHolder holder, Slot since)
{
    public StakeDutyHolder Holder => holder;

    public ValidatorKey Key => holder.Key;

    /// <summary>What is signed after this slot and heard while the key is silent was signed elsewhere.</summary>
    public Slot Since { get; private set; } = since;

    public KeyStanding Standing { get; set; }

    /// <summary>What the chain shows beyond the end of the history; null where nothing is known of that.</summary>
    public OwnMessage? Missing { get; private set; }

    /// <summary>The latest message of the key that was signed elsewhere.</summary>
    public OwnMessage? Heard { get; private set; }

    /// <summary>Epochs listened through from start to end.</summary>
    public ulong EpochsHeard { get; set; }

    /// <summary>How many more are needed.</summary>
    public ulong EpochsLeft => KeyWatch.LeastEpochs + holder.ExtraEpochs - EpochsHeard;

    /// <summary>The last epoch that did not count, and why.</summary>
    public (Epoch Epoch, string Why)? NotCounted { get; set; }

    /// <summary>What must be kept from signing when the key is registered: what it signed up to now is not known.</summary>
    public bool HasUnknownPast { get; private set; }

    public void Listen(Slot now, OwnMessage? missing)
    {
        (Standing, Since, Missing, EpochsHeard, HasUnknownPast) = (KeyStanding.Listening, now, missing, 0, true);
    }

    public void BeReady(bool hasUnknownPast) => (Standing, HasUnknownPast) = (KeyStanding.Ready, hasUnknownPast);

    public void Hear(OwnMessage message)
    {
        Standing = KeyStanding.UsedElsewhere;
        if (Heard is not { } before || message.Slot > before.Slot) Heard = message;
    }
}
