using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>
/// The votes that this node's signers cast until they are told otherwise. One that has passed stays, because its blocks may be
/// reorganized away; it is left out while there is nothing to vote for. Kept in memory: a restarted node has none.
/// </summary>
internal sealed class CliqueProposals
{
    private const int Most = 1024;

    private readonly SortedDictionary<Address, bool> _byAccount = [];

    /// <summary>Counts the changes.</summary>
    public long Version { get; private set; }

    /// <summary>By account.</summary>
    public IReadOnlyList<CliqueProposal> All => [.. _byAccount.Select(pair => new CliqueProposal(pair.Key, pair.Value))];

    /// <summary>Takes a message of this node's user; why not, or null.</summary>
    public string? Take(CliqueMessage message, CliqueSnapshot snapshot)
    {
        switch (message)
        {
            case CliqueMessage.Propose { Account: var account } when account == Address.Zero:
                return "the zero address cannot be a signer";
            case CliqueMessage.Propose { Authorize: true, Account: var account } when snapshot.IsSigner(account):
                return $"{account} is a signer already";
            case CliqueMessage.Propose { Authorize: false, Account: var account } when !snapshot.IsSigner(account):
                return $"{account} is not a signer";
            case CliqueMessage.Propose { Account: var account } when _byAccount.Count >= Most && !_byAccount.ContainsKey(account):
                return $"there are {Most} proposals already; discard one first";
            case CliqueMessage.Propose proposal:
                _byAccount[proposal.Account] = proposal.Authorize;
                break;
            case CliqueMessage.Discard { Account: var account } when !_byAccount.Remove(account):
                return $"there is no proposal about {account}";
        }

        Version++;
        return null;
    }

    /// <summary>What the next block votes for: the proposals take turns, one for each round of the signers.</summary>
    public CliqueProposal? Choose(CliqueSnapshot snapshot)
    {
        CliqueProposal[] open = [.. All.Where(proposal => proposal.Authorize != snapshot.IsSigner(proposal.Account))];
        if (open.Length == 0) return null;
        var round = (snapshot.Number + 1) / (ulong)snapshot.Signers.Length;
        return open[(int)(round % (ulong)open.Length)];
    }
}
