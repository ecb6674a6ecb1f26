using Chain.Consensus.Stake;

namespace Chain.Rules.Stake;

/// <summary>
/// Merges an interchange file into a history, within the caller's transaction.
///
/// A file that names a key says what it signed from the least slot, source and target in it onward; the first file so gives the
/// key its minimums (EIP-3076, conditions 2, 4 and 5). Later files leave them as they are: they would lower them otherwise, and
/// what was refused would be allowed.
/// </summary>
internal sealed class SigningImporter(SigningHistoryTables tables)
{
    private readonly List<SigningConflict> _conflicts = [];
    private int _keys, _newKeys, _newBlocks, _newAttestations;

    public SigningImport Import(IReadOnlyList<SigningInterchangeKey> data)
    {
        // A key that comes several times is one key: its minimums are those of all that is said of it.
        foreach (var entries in data.GroupBy(entry => Convert.ToHexString(entry.PublicKey)))
        {
            var key = entries.First().PublicKey;
            _keys++;
            if (tables.FindValidator(key) is null) _newKeys++;
            var validator = tables.AddValidator(key);
            ImportBlocks(validator, key, [.. entries.SelectMany(entry => entry.SignedBlocks)]);
            ImportVotes(validator, key, [.. entries.SelectMany(entry => entry.SignedAttestations)]);
        }

        tables.ForgetBelowMinimums();
        return new SigningImport(_keys, _newKeys, _newBlocks, _newAttestations, _conflicts);
    }

    private void ImportBlocks(long validator, byte[] key, List<KnownProposal> blocks)
    {
        if (blocks.Count == 0) return;
        var minimum = tables.ProposalMinimum(validator);
        foreach (var block in blocks)
        {
            var refusal = tables.Judge(validator, block, minimum);
            if (refusal is not null) _conflicts.Add(new SigningConflict(key, refusal));
            // What is refused at or below the minimum stays refused: without its root nothing counts as the same block again.
            if (tables.Add(validator, refusal is not null && block.Slot <= minimum ? block with { SigningRoot = null } : block))
                _newBlocks++;
        }

        if (minimum is null) tables.SetMinimum(validator, blocks.Min(block => block.Slot));
    }

    private void ImportVotes(long validator, byte[] key, List<KnownVote> votes)
    {
        if (votes.Count == 0) return;
        var minimum = tables.VoteMinimum(validator);
        foreach (var vote in votes)
        {
            var refusal = tables.Judge(validator, vote, minimum);
            if (refusal is not null) _conflicts.Add(new SigningConflict(key, refusal));
            if (tables.Add(validator,
                refusal is not null && vote.Target <= minimum?.Target ? vote with { SigningRoot = null } : vote))
                _newAttestations++;
        }

        if (minimum is null)
            tables.SetMinimum(validator, new VoteMinimum(votes.Min(vote => vote.Source), votes.Min(vote => vote.Target)));
    }
}
