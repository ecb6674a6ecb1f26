using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// The first vote heard of each validator for one target epoch. Columns by validator: 81 bytes each (a reference to data that
/// equal votes share, the signature, the marks of evidence given), allocated in doubling steps up to the highest index heard.
/// </summary>
internal sealed class EpochVotes
{
    // Looked up only, never walked.
    private readonly Dictionary<AttestationData, AttestationData> _shared = [];
    private AttestationData?[] _data = [];
    private Signature[] _signatures = [];
    private Offences[] _reported = [];

    /// <summary>The earliest source among the votes kept; <see cref="Epoch.FarFuture"/> before the first.</summary>
    public Epoch EarliestSource { get; private set; } = Epoch.FarFuture;

    /// <summary>The latest source among the votes kept; genesis before the first.</summary>
    public Epoch LatestSource { get; private set; }

    /// <summary>What a validator was first heard to say; null for nothing.</summary>
    public AttestationData? DataOf(int validator) => validator < _data.Length ? _data[validator] : null;

    /// <summary>The signature under <see cref="DataOf"/>.</summary>
    public Signature SignatureOf(int validator) => _signatures[validator];

    /// <summary>Keeps a validator's first vote.</summary>
    public void Keep(int validator, AttestationData data, Signature signature)
    {
        Reserve(validator);
        if (!_shared.TryGetValue(data, out var shared)) _shared.Add(data, shared = data);
        _data[validator] = shared;
        _signatures[validator] = signature;
        if (data.Source.Epoch < EarliestSource) EarliestSource = data.Source.Epoch;
        if (data.Source.Epoch > LatestSource) LatestSource = data.Source.Epoch;
    }

    /// <summary>
    /// Marks that evidence of this kind is given against a validator whose vote is kept; false when it was before.
    /// </summary>
    public bool TryReport(int validator, Offences kind)
    {
        if ((_reported[validator] & kind) != 0) return false;
        _reported[validator] |= kind;
        return true;
    }

    /// <summary>Whether evidence was given against a validator for a vote of this epoch.</summary>
    public bool IsReported(int validator) => validator < _reported.Length && _reported[validator] != Offences.None;

    private void Reserve(int validator)
    {
        if (validator < _data.Length) return;
        var size = Math.Max(validator + 1, _data.Length * 2);
        Array.Resize(ref _data, size);
        Array.Resize(ref _signatures, size);
        Array.Resize(ref _reported, size);
    }
}

/// <summary>What evidence was given for already.</summary>
[Flags]
internal enum Offences : byte
{
    None = 0,
    DoubleVote = 1,
    SurroundVote = 2,
}
