namespace Chain.Consensus.Stake;

/// <summary>
/// Each validator's latest vote (the specs' latest_messages), and who has voted for two things and is not heard any more.
/// </summary>
internal sealed class LatestMessages
{
    private Message[] _messages = [];
    private bool[] _isEquivocating = [];

    /// <summary>One more than the highest index that was heard of.</summary>
    public int Count => _messages.Length;

    /// <summary>The block's position for which a validator's vote counts; -1 for none.</summary>
    public int PositionOf(int validator) => validator < Count && !_isEquivocating[validator] ? _messages[validator].Position : -1;

    /// <summary>The target epoch of the vote that counts.</summary>
    public Epoch EpochOf(int validator) => _messages[validator].Epoch;

    public bool IsEquivocating(int validator) => validator < Count && _isEquivocating[validator];

    /// <summary>update_latest_messages: a later target epoch replaces, the first of an epoch stays.</summary>
    public void Update(IReadOnlyList<int> validators, Epoch target, int position)
    {
        foreach (var validator in validators)
        {
            Reserve(validator);
            ref var message = ref _messages[validator];
            if (_isEquivocating[validator] || (message.IsSet && target <= message.Epoch)) continue;
            message = new Message(IsSet: true, target, position);
        }
    }

    public void AddEquivocating(int validator)
    {
        Reserve(validator);
        _isEquivocating[validator] = true;
    }

    /// <summary>Follows blocks to where they stand after pruning; votes for what is gone weigh nothing.</summary>
    public void Move(int[] newPositions)
    {
        for (var i = 0; i < _messages.Length; i++)
        {
            if (_messages[i].IsSet && _messages[i].Position >= 0)
                _messages[i] = _messages[i] with { Position = newPositions[_messages[i].Position] };
        }
    }

    private void Reserve(int validator)
    {
        if (validator < Count) return;
        var before = Count;
        var size = Math.Max(validator + 1, before * 2);
        Array.Resize(ref _messages, size);
        Array.Resize(ref _isEquivocating, size);
        Array.Fill(_messages, new Message(IsSet: false, Epoch.Genesis, -1), before, size - before);
    }

    private readonly record struct Message(bool IsSet, Epoch Epoch, int Position);
}
