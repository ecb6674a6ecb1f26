using Chain.Consensus;
using Chain.Consensus.Stake;
using static Chain.Tests.SigningSample;

namespace Chain.Tests;

/// <summary>When a key may sign whose history is not complete: slots and messages in, permission out.</summary>
public sealed class KeyWatchTests
{
    private const ulong SlotsPerEpoch = 8;

    private readonly List<StakeEvent> _told = [];
    private readonly KeyWatch _watch;
    private Func<ValidatorKey, Epoch, bool> _wasActive = (_, _) => true;
    private bool _areOthersHeard = true;
    private ulong _slot;

    public KeyWatchTests() => _watch = new KeyWatch(SlotsPerEpoch, _told.Add);

    [Fact]
    public void A_key_with_a_history_signs_at_once()
    {
        Begin(slot: 43, Holder(past: new SigningPast(new Slot(41), new Epoch(5))));

        Assert.True(MaySign());
        Assert.Empty(_told);
    }

    [Fact]
    public void A_key_without_a_history_signs_after_two_whole_epochs_in_which_nothing_of_it_was_seen()
    {
        Begin(slot: 43, Holder(past: null));

        Run(to: 63);
        Assert.False(MaySign());
        Run(to: 64);

        Assert.True(MaySign());
        Assert.True(_watch.TakeReady() is []);
        Assert.Equal(2, _told.Count);
        Assert.Contains("no signatures before epoch 8: this node has no", _told[0].Message, StringComparison.Ordinal);
        Assert.IsType<StakeEvent.KeyBegins>(_told[1]);
    }

    [Fact]
    public void An_epoch_that_has_begun_when_the_listening_does_does_not_count()
    {
        // Slot 40 is the first of epoch 5: what was sent at its start may have been missed.
        Begin(slot: 40, Holder(past: null));
        Run(to: 56);
        Assert.False(MaySign());

        Run(to: 64);
        Assert.True(MaySign());
    }

    [Fact]
    public void Up_to_slot_zero_no_key_can_have_signed_so_it_begins_at_once_without_bounds()
    {
        Begin(slot: 0, Holder(past: null));

        Assert.False(Assert.Single(Take()).HasUnknownPast);
        Assert.True(MaySign());
        Assert.Empty(_told);
    }

    [Theory]
    [InlineData(44UL, null)]
    [InlineData(44UL, 5UL)]
    [InlineData(63UL, 7UL)]
    public void A_block_or_vote_of_the_key_for_a_later_slot_silences_it_for_good(ulong slot, ulong? target)
    {
        Begin(slot: 43, Holder(past: null));
        Run(to: slot);

        Hear(slot, target);
        Run(to: 400);

        Assert.False(MaySign());
        var silence = Assert.IsType<KeySilence.UsedElsewhere>(Silence());
        Assert.Equal(new Epoch(slot / SlotsPerEpoch), silence.Epoch);
        Assert.Contains($"slot {slot}", silence.Message, StringComparison.Ordinal);
        Assert.Contains("Stop the other copy and restart this node", silence.Message, StringComparison.Ordinal);
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public void The_latest_message_is_named_so_that_a_person_sees_whether_the_other_copy_was_stopped()
    {
        Begin(slot: 43, Holder(past: null));
        Hear(45, 5);
        Hear(52, 6);
        Hear(45, 5);

        Assert.Equal(new OwnMessage(new Slot(52), new Epoch(6)), ((KeySilence.UsedElsewhere)Silence()!).Heard);
    }

    [Fact]
    public void What_it_signed_before_the_node_was_started_may_be_its_own_and_is_no_copy()
    {
        Begin(slot: 43, Holder(past: null));

        Hear(43, 5);
        Hear(42, null);
        Run(to: 64);

        Assert.True(MaySign());
    }

    [Fact]
    public void An_epoch_in_which_the_node_was_deaf_for_a_moment_does_not_count_and_is_named()
    {
        Begin(slot: 43, Holder(past: null));
        Run(to: 50);
        _watch.OnTick(new Slot(50), "the node had no peers", _wasActive);

        Run(to: 64);
        Assert.False(MaySign());
        Assert.Contains("(epoch 6 did not count: the node had no peers)", Silence()!.Message, StringComparison.Ordinal);
        Run(to: 72);
        Assert.True(MaySign());
    }

    [Fact]
    public void Whoever_hears_nobody_does_not_begin_however_long_it_listens()
    {
        _areOthersHeard = false;
        Begin(slot: 43, Holder(past: null));

        Run(to: 800);
        Assert.False(MaySign());
        Assert.Contains("no vote or block of another node's validator was heard", Silence()!.Message, StringComparison.Ordinal);

        _areOthersHeard = true;
        Run(to: 816);
        Assert.True(MaySign());
    }

    [Fact]
    public void Epochs_that_passed_while_the_node_stood_still_do_not_count()
    {
        Begin(slot: 43, Holder(past: null));
        Run(to: 49);
        _slot = 90;
        Tick();
        Assert.False(MaySign());
        Assert.Equal(new Epoch(14), ((KeySilence.Listening)Silence()!).Until);

        Run(to: 96);
        Run(to: 104);
        Assert.False(MaySign());
        Run(to: 112);
        Assert.True(MaySign());
    }

    [Fact]
    public void Epochs_before_its_validator_was_active_do_not_count()
    {
        _wasActive = (_, epoch) => epoch.Number >= 10;
        Begin(slot: 43, Holder(past: null));

        Run(to: 95);
        Assert.False(MaySign());
        Run(to: 96);
        Assert.True(MaySign());
    }

    [Fact]
    public void Nodes_that_draw_different_numbers_begin_in_different_epochs()
    {
        Begin(slot: 43, Holder(past: null) with { ExtraEpochs = 3 });

        Run(to: 87);
        Assert.False(MaySign());
        Run(to: 88);
        Assert.True(MaySign());
    }

    [Fact]
    public void A_key_that_a_person_vouches_for_begins_at_once_but_not_with_what_it_may_have_signed()
    {
        Begin(slot: 43, Holder(past: null) with { IsTrusted = true });

        Assert.True(Assert.Single(Take()).HasUnknownPast);
        Assert.True(MaySign());
        Assert.IsType<StakeEvent.KeyBegins>(Assert.Single(_told));
    }

    [Theory]
    [InlineData(42UL, 6UL)]
    [InlineData(42UL, null)]
    public void A_history_that_ends_before_what_the_chain_shows_silences_its_key_too(ulong slot, ulong? target)
    {
        Begin(slot: 50, Holder(past: new SigningPast(new Slot(30), new Epoch(5))));

        Hear(slot, target);

        Assert.False(MaySign());
        var silence = Assert.IsType<KeySilence.Listening>(Silence());
        Assert.Equal(new OwnMessage(new Slot(slot), target is { } epoch ? new Epoch(epoch) : null), silence.Missing);
        Assert.Contains($"history of the key ends before {silence.Missing}", silence.Message, StringComparison.Ordinal);
        Run(to: 72);
        Assert.True(MaySign());
    }

    [Theory]
    [InlineData(45UL, 5UL)]
    [InlineData(30UL, null)]
    [InlineData(50UL, 6UL)]
    public void What_the_history_knows_and_what_the_node_may_have_signed_since_its_start_silence_nobody(ulong slot, ulong? target)
    {
        Begin(slot: 50, Holder(past: new SigningPast(new Slot(30), new Epoch(5))));

        Hear(slot, target);

        Assert.True(MaySign());
    }

    [Fact]
    public void A_key_made_just_now_has_an_empty_history_and_signs_when_its_turn_comes()
    {
        _wasActive = (_, _) => false;
        Begin(slot: 50, Holder(past: new SigningPast(null, null)));
        Run(to: 80);

        Assert.True(MaySign());
    }

    [Theory]
    [InlineData(4UL, false)]
    [InlineData(5UL, true)]
    [InlineData(6UL, true)]
    public void A_key_whose_history_ends_long_ago_waits_until_the_node_has_met_its_peers(ulong lastTarget, bool signsAtOnce)
    {
        // Slot 50 is of epoch 6.
        _watch.Set([Holder(past: new SigningPast(new Slot(1), new Epoch(lastTarget)))], new Slot(50));
        _watch.OnTick(new Slot(50), "the node had no peers", _wasActive);
        Assert.Equal(signsAtOnce, MaySign());
        Assert.Empty(_told);

        _watch.OnTick(new Slot(50), null, _wasActive);
        Assert.True(MaySign());
    }

    [Fact]
    public void A_node_without_peers_signs_on_with_an_old_history_once_the_epoch_has_ended()
    {
        _watch.Set([Holder(past: new SigningPast(new Slot(1), new Epoch(2)))], new Slot(50));
        for (var slot = 50UL; slot < 56; slot++) _watch.OnTick(new Slot(slot), "the node had no peers", _wasActive);
        Assert.False(MaySign());

        _watch.OnTick(new Slot(56), "the node had no peers", _wasActive);
        Assert.True(MaySign());
    }

    [Fact]
    public void A_key_seen_in_use_between_its_last_epoch_of_listening_and_its_registration_does_not_begin()
    {
        Begin(slot: 43, Holder(past: null));
        Run(to: 63);
        _watch.OnTick(new Slot(64), "the node was catching up", _wasActive);

        _slot = 64;
        Hear(63, 7);

        Assert.Empty(Take());
        Assert.IsType<KeySilence.UsedElsewhere>(Silence());
    }

    [Fact]
    public void A_registration_that_fails_leaves_the_key_silent_until_it_is_tried_again()
    {
        Begin(slot: 43, Holder(past: null) with { IsTrusted = true });
        Take();

        _watch.OnNotRegistered(KeyOf(1));

        Assert.False(MaySign());
        Assert.True(Assert.Single(Take()).HasUnknownPast);
        Assert.True(MaySign());
    }

    [Fact]
    public void Keys_do_not_silence_each_other_and_to_name_them_again_changes_nothing()
    {
        Begin(slot: 43, Holder(past: null), Holder(past: new SigningPast(null, null), key: 2));
        Run(to: 60);
        Hear(60, 7);

        _watch.Set([Holder(past: null), Holder(past: null, key: 2), Holder(past: null, key: 3)], new Slot(61));

        Assert.Equal([false, true, false], new[] { 1, 2, 3 }.Select(key => _watch.MaySign(KeyOf(key))));
        Assert.IsType<KeySilence.UsedElsewhere>(Silence());
    }

    private static StakeDutyHolder Holder(SigningPast? past, int key = 1) => new(KeyOf(key), (_, _) => null) { Past = past };

    private void Begin(ulong slot, params StakeDutyHolder[] holders)
    {
        _slot = slot;
        _watch.Set(holders, new Slot(slot));
        Tick();
    }

    /// <summary>Tick after tick, some to a slot, and in each slot something of another node's validator.</summary>
    private void Run(ulong to)
    {
        while (_slot < to)
        {
            Tick();
            _slot++;
            Tick();
        }
    }

    private void Tick()
    {
        _watch.OnTick(new Slot(_slot), whyDeaf: null, _wasActive);
        if (_slot > 0 && _watch.Keys.Any(key => !key.Holder.IsTrusted)) Take();
        if (_areOthersHeard) _watch.HearOthers(new Slot(_slot).ToEpoch(SlotsPerEpoch));
    }

    private IReadOnlyList<WatchedKey> Take() => _watch.TakeReady();

    private void Hear(ulong slot, ulong? target)
    {
        var message = new OwnMessage(new Slot(slot), target is { } epoch ? new Epoch(epoch) : null);
        _watch.Hear(KeyOf(1), message, new Slot(_slot));
    }

    private bool MaySign() => _watch.MaySign(KeyOf(1));

    private KeySilence? Silence() => _watch.SilenceOf(_watch.Keys[0], new Slot(_slot));
}
