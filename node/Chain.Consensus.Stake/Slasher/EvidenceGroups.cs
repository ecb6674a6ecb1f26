using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Puts together what one message convicts of: one <see cref="AttesterSlashing"/> for each earlier data that it conflicts with,
/// in the order in which they were found, reduced to the validators that signed both.
/// </summary>
internal sealed class EvidenceGroups(AttestationData heard)
{
    private readonly List<Group> _groups = [];

    // Looked up only; earlier data are shared objects.
    private readonly Dictionary<AttestationData, Group> _byEarlier = new(ReferenceEqualityComparer.Instance);

    /// <summary>A validator that signed both; to be called with ascending validators.</summary>
    public void Add(int validator, AttestationData earlier, Signature earlierSignature, Signature heardSignature)
    {
        if (!_byEarlier.TryGetValue(earlier, out var group))
        {
            _byEarlier.Add(earlier, group = new Group(earlier));
            _groups.Add(group);
        }

        group.Voters.Add(validator);
        group.EarlierSignatures.Add(earlierSignature);
        group.HeardSignatures.Add(heardSignature);
    }

    public IReadOnlyList<AttesterSlashing> ToSlashings() => [.. _groups.Select(ToSlashing)];

    private AttesterSlashing ToSlashing(Group group)
    {
        var earlier = new IndexedAttestation(group.Voters, group.Earlier, group.EarlierSignatures);
        var later = new IndexedAttestation(group.Voters, heard, group.HeardSignatures);

        // is_slashable_attestation_data wants the surrounding vote first; a double vote may stand either way.
        return earlier.Data.IsSlashableWith(heard) ? new AttesterSlashing(earlier, later) : new AttesterSlashing(later, earlier);
    }

    private sealed record Group(AttestationData Earlier)
    {
        public List<int> Voters { get; } = [];

        public List<Signature> EarlierSignatures { get; } = [];

        public List<Signature> HeardSignatures { get; } = [];
    }
}
