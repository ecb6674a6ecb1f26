namespace Chain.Consensus;

/// <summary>
/// Keeps the keys of this node silent that may be in use on another one: those that the signing history does not know, and those of
/// which the chain shows more than the history does. Such a key signs nothing until whole epochs have ended in which nothing of it was
/// heard; once something is heard it stays silent until the node is started again. Slots, epochs and messages come in as data.
/// <para>
/// An epoch counts when the node did not stand still, had peers throughout, was not catching up, and heard a vote or block
/// of another node's validator: whoever hears nobody cannot tell that a key is silent. It must have begun after the listening did, and
/// the validator must have been active in it, because no other signs. Two epochs are needed, since a vote that was missed when it was cast
/// is in a block by the end of the next epoch. Up to slot zero no key can have signed anything, so none is listened for.
/// </para>
/// <para>
/// What it cannot find out: a copy on the other side of a partition, one that is started later, one that was started before slot zero
/// too, and one of two that lost the history in the same epoch and drew the same <see cref="DutyHolder.ExtraEpochs"/>.
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
    private string? _whyDeaf;
    private bool _hasHeardOthers;

    /// <summary>Whether some key is listened for.</summary>
    public bool IsListening => _keys.Exists(key => key.Standing is KeyStanding.Listening);

    /// <summary>Whether some key is silent.</summary>
    public bool HasSilentKeys => _keys.Exists(key => key.Standing is KeyStanding.Listening or KeyStanding.UsedElsewhere);

    /// <summary>The keys, in the order in which they came.</summary>
    public IReadOnlyList<WatchedKey> Keys => _keys;

    /// <summary>Whether a key signs.</summary>
    public bool MaySign(ValidatorKey key) => _byKey.TryGetValue(key, out var known) && known.Standing == KeyStanding.Signing;

    /// <summary>From now on the node acts for these. A key for which it acted before stands as it did, unless a person now vouches for it.</summary>
    public void Set(IReadOnlyList<DutyHolder> holders, Slot now)
    {
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

    /// <summary>Whether a message of a key would tell something; what is asked before its signature is looked at.</summary>
    public bool IsOfInterest(ValidatorKey key, OwnMessage message) => _byKey.TryGetValue(key, out var known) && known.Standing switch
    {
        KeyStanding.Listening => message.Slot > known.Since,
        KeyStanding.UsedElsewhere => message.Slot > known.Heard!.Value.Slot,

        // What the node signs itself is in the history before it is heard; the slot in which it began is left out, as it may have signed there already.
        KeyStanding.Signing => message.Slot < known.Since && known.Holder.Past is { } past && past.Lacks(message) && !known.Holder.BreaksRules && !known.HasUnknownPast,
        _ => false,
    };

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
        if (epoch == _epoch)
        {
            _whyDeaf ??= whyDeaf;
            return;
        }

        if (_epoch is { } ended && epoch > ended)
        {
            var stoodStill = epoch - ended > 1 ? $"the node stood still until {now}" : null;
            End(ended, _whyDeaf ?? stoodStill ?? (_hasHeardOthers ? null : "no vote or block of another node's validator was heard"), wasActive);
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
            if (key is { HasUnknownPast: true, Holder.IsTrusted: true }) tell(new StakeEvent.KeyBegins(key.Key, "--new-signing-history says that no other node uses it"));
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
        return key.Standing switch
        {
            KeyStanding.UsedElsewhere => new KeySilence.UsedElsewhere(key.Heard!.Value, key.Heard.Value.Slot.ToEpoch(slotsPerEpoch)),
            KeyStanding.Listening => new KeySilence.Listening(key.Missing, (IsWhole(key, epoch) && _whyDeaf is null ? epoch : epoch + 1) + key.EpochsLeft, key.NotCounted),
            _ => null,
        };
    }

    private static WatchedKey Begin(DutyHolder holder, Slot now)
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
