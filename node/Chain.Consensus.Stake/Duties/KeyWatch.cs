namespace Chain.Consensus.Stake;

/// <summary>
/// Doppelganger protection: keeps keys of this node silent that may be in use on another one. These are the keys that the
/// signing history does not know, and those of which the chain shows more than the history does. Such a key signs nothing until
/// whole epochs have ended in which nothing of it was heard; once something is heard, it stays silent until the node is started
/// again. Slots, epochs and messages come in as data.
/// <para>
/// An epoch counts when the node did not stand still, had peers throughout, was not catching up, and heard a vote or block of
/// another node's validator: a node that hears nobody cannot tell that a key is silent. The epoch must have begun after the
/// listening did, and the validator must have been active in it, because no other signs. Two epochs are needed, since a vote
/// that was missed when it was cast is in a block by the end of the next epoch. Up to slot zero no key can have signed anything,
/// so nothing is listened for.
/// </para>
/// <para>
/// It cannot detect a copy on the other side of a partition, one that starts later, one that also started before slot zero, or
/// one of two nodes that lost the history in the same epoch and drew the same <see cref="StakeDutyHolder.ExtraEpochs"/>.
/// </para>
/// </summary>
internal sealed class KeyWatch(ulong slotsPerEpoch, Action<StakeEvent> tell)
{
    /// <summary>How many whole epochs are listened through at least.</summary>
    public const ulong LeastEpochs = 2;

    private readonly List<WatchedKey> _keys = [];

    // Looked up only, never walked.
    private readonly Dictionary<ValidatorKey, WatchedKey> _byKey = [];
    private Epoch? _epoch;
    private Slot? _begun;
    private string? _whyDeaf;
    private bool _hasHeardOthers;

    /// <summary>Whether some key is listened for.</summary>
    public bool IsListening => _keys.Exists(key => key.Standing is KeyStanding.Listening);

    /// <summary>
    /// Whether the node has met peers and caught up, or an epoch has ended without. Before that, a key whose history ends before
    /// the previous epoch does not sign: chain and history may both come from a backup, and the head be too old to vote for.
    /// </summary>
    public bool HasJoined { get; private set; }

    /// <summary>Whether some key is silent.</summary>
    public bool HasSilentKeys => _keys.Exists(key => key.Standing is KeyStanding.Listening or KeyStanding.UsedElsewhere);

    /// <summary>The keys, in the order in which they came.</summary>
    public IReadOnlyList<WatchedKey> Keys => _keys;

    /// <summary>Whether a key signs.</summary>
    public bool MaySign(ValidatorKey key)
    {
        if (!_byKey.TryGetValue(key, out var known) || known.Standing != KeyStanding.Signing) return false;
        if (HasJoined || known.Holder.Past is not { LastTarget: { } last }) return true;
        return last >= known.Since.ToEpoch(slotsPerEpoch).Previous;
    }

    /// <summary>From now on the node acts for these. Keys that it has keep their standing, unless vouched for now.</summary>
    public void Set(IReadOnlyList<StakeDutyHolder> holders, Slot now)
    {
        _begun ??= now;
        var before = _keys.ToDictionary(key => key.Key);
        _keys.Clear();
        _byKey.Clear();
        foreach (var holder in holders)
        {
            var key = before.TryGetValue(holder.Key, out var known) && !holder.IsTrusted ? known : Begin(holder, now);
            _keys.Add(key);
            _byKey.Add(holder.Key, key);
        }

        TellSilenced(_keys.FindAll(key => key.Standing == KeyStanding.Listening && !before.ContainsKey(key.Key)));
    }

    /// <summary>Whether a message of a key changes anything, to be asked before its signature is checked.</summary>
    public bool IsOfInterest(ValidatorKey key, OwnMessage message)
    {
        if (!_byKey.TryGetValue(key, out var known)) return false;
        return known.Standing switch
        {
            KeyStanding.Listening => message.Slot > known.Since,
            KeyStanding.Ready => message.Slot > known.Since && !known.Holder.IsTrusted,
            KeyStanding.UsedElsewhere => message.Slot > known.Heard!.Value.Slot,
            KeyStanding.Signing => IsBeyondHistory(known, message),
            _ => false,
        };
    }

    /// <summary>A message of a key of this node with a good signature, from gossip or from a block.</summary>
    public void Hear(ValidatorKey key, OwnMessage message, Slot now)
    {
        if (!IsOfInterest(key, message)) return;
        var known = _byKey[key];
        if (known.Standing != KeyStanding.Signing)
        {
            var isNew = known.Standing != KeyStanding.UsedElsewhere;
            known.Hear(message);
            if (isNew) tell(new StakeEvent.KeysSilenced([key], SilenceOf(known, now)!.Message));
        }
        else if (known.Holder.IsTrusted)
        {
            known.BeReady(hasUnknownPast: true);
        }
        else
        {
            known.Listen(now, message);
            TellSilenced([known]);
        }
    }

    /// <summary>A vote or block of a validator of another node.</summary>
    public void HearOthers(Epoch epoch) => _hasHeardOthers |= epoch == _epoch;

    /// <summary>Time has passed.</summary>
    /// <param name="whyDeaf">Why the node may miss messages at present; null while it hears all.</param>
    /// <param name="wasActive">Whether the validator with a key was active in an epoch.</param>
    public void OnTick(Slot now, string? whyDeaf, Func<ValidatorKey, Epoch, bool> wasActive)
    {
        var epoch = now.ToEpoch(slotsPerEpoch);
        HasJoined |= whyDeaf is null || epoch > _begun?.ToEpoch(slotsPerEpoch);
        if (epoch == _epoch)
        {
            _whyDeaf ??= whyDeaf;
            return;
        }

        if (_epoch is { } ended && epoch > ended)
        {
            var stoodStill = epoch - ended > 1 ? $"the node stood still until {now}" : null;
            var heardNobody = _hasHeardOthers ? null : "no vote or block of another node's validator was heard";
            End(ended, _whyDeaf ?? stoodStill ?? heardNobody, wasActive);
            whyDeaf ??= stoodStill;
        }

        (_epoch, _whyDeaf, _hasHeardOthers) = (epoch, whyDeaf, false);
    }

    /// <summary>The keys that may begin. From now on they sign; their registrations must be asked for first.</summary>
    public IReadOnlyList<WatchedKey> TakeReady()
    {
        var ready = _keys.FindAll(key => key.Standing == KeyStanding.Ready);
        foreach (var key in ready)
        {
            key.Standing = KeyStanding.Signing;
            if (key is { HasUnknownPast: true, Holder.IsTrusted: true })
                tell(new StakeEvent.KeyBegins(key.Key, "--new-signing-history says that no other node uses it"));
        }

        return ready;
    }

    /// <summary>A registration failed: the key signs nothing until it is asked for again.</summary>
    public void OnNotRegistered(ValidatorKey key)
    {
        if (_byKey.TryGetValue(key, out var known)) known.BeReady(known.HasUnknownPast);
    }

    /// <summary>Why a key is silent; null for one that signs.</summary>
    public KeySilence? SilenceOf(WatchedKey key, Slot now)
    {
        var epoch = now.ToEpoch(slotsPerEpoch);
        var firstToCount = IsWhole(key, epoch) && _whyDeaf is null ? epoch : epoch + 1;
        return (key.Standing, key.Heard) switch
        {
            (KeyStanding.UsedElsewhere, { } heard) => new KeySilence.UsedElsewhere(heard, heard.Slot.ToEpoch(slotsPerEpoch)),
            (KeyStanding.Listening, _) => new KeySilence.Listening(key.Missing, firstToCount + key.EpochsLeft, key.NotCounted),
            _ => null,
        };
    }

    /// <summary>Whether a key signed something before the node began to act for it that its history does not know.</summary>
    private static bool IsBeyondHistory(WatchedKey key, OwnMessage message)
    {
        // Its history was begun knowing that; or it signs past its history on purpose.
        if (key.HasUnknownPast || key.Holder.BreaksRules) return false;

        // In the slot in which the node began it may have signed already.
        return message.Slot < key.Since && key.Holder.Past is { } past && past.Lacks(message);
    }

    private static WatchedKey Begin(StakeDutyHolder holder, Slot now)
    {
        var key = new WatchedKey(holder, now);
        if (holder.Past is not null) key.Standing = KeyStanding.Signing;
        else if (now.Number == 0) key.BeReady(hasUnknownPast: false);
        else if (holder.IsTrusted || holder.BreaksRules) key.BeReady(hasUnknownPast: !holder.BreaksRules);
        else key.Listen(now, missing: null);
        return key;
    }

    private void End(Epoch ended, string? whyNot, Func<ValidatorKey, Epoch, bool> wasActive)
    {
        foreach (var key in _keys)
        {
            if (key.Standing != KeyStanding.Listening || !IsWhole(key, ended) || !wasActive(key.Key, ended)) continue;
            if (whyNot is not null)
            {
                key.NotCounted = (ended, whyNot);
                continue;
            }

            key.EpochsHeard++;
            if (key.EpochsLeft > 0) continue;
            key.BeReady(hasUnknownPast: true);
            tell(new StakeEvent.KeyBegins(key.Key, $"nothing that it signed was seen from {key.Since} to the end of {ended}"));
        }
    }

    /// <summary>Whether the listening began before an epoch did.</summary>
    private bool IsWhole(WatchedKey key, Epoch epoch) => key.Since < epoch.StartSlot(slotsPerEpoch);

    private void TellSilenced(List<WatchedKey> keys)
    {
        foreach (var group in keys.GroupBy(key => SilenceOf(key, key.Since)!.Message))
            tell(new StakeEvent.KeysSilenced([.. group.Select(key => key.Key)], group.Key));
    }
}
