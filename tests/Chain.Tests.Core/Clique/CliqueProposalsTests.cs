using Chain.Consensus.Clique;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class CliqueProposalsTests
{
    private readonly CliqueScene _scene = new("ABC");
    private readonly CliqueProposals _proposals = new();

    private CliqueSnapshot Start => _scene.Snapshots.Of(_scene.Genesis)!;

    [Fact]
    public void Proposals_take_turns_one_for_each_round_of_the_signers()
    {
        Assert.Null(Propose('D', true));
        Assert.Null(Propose('A', false));
        var chosen = new List<char>();
        var head = _scene.Genesis;
        foreach (var signer in "BCABCAB")
        {
            chosen.Add(CliqueScene.Letters([_proposals.Choose(_scene.Snapshots.Of(head)!)!.Account])[0]);
            head = _scene.Extend(head, $"{signer}");
        }

        Assert.Equal("AADDDAA", string.Concat(chosen));
    }

    [Fact]
    public void A_proposal_that_has_passed_is_left_out_and_comes_back_when_its_blocks_are_reorganized_away()
    {
        Assert.Null(Propose('D', true));
        var head = _scene.Seal(_scene.Genesis, 'A', 'D', authorize: true);
        Assert.Null(_scene.Take(head));
        head = _scene.Seal(head, 'B', 'D', authorize: true);
        Assert.Null(_scene.Take(head));

        Assert.Null(_proposals.Choose(_scene.Snapshots.Of(head)!));
        Assert.Equal(CliqueScene.Account('D'), _proposals.Choose(Start)!.Account);
    }

    [Fact]
    public void A_later_proposal_about_an_account_replaces_the_earlier_one_and_a_discarded_one_is_gone()
    {
        Assert.Null(Propose('A', false));
        Assert.Null(Propose('D', true));
        Assert.Equal(2, _proposals.All.Count);
        Assert.Null(_proposals.Take(new CliqueMessage.Discard(CliqueScene.Account('A')), Start));
        Assert.Equal([new CliqueProposal(CliqueScene.Account('D'), true)], _proposals.All);
    }

    [Fact]
    public void What_changes_nothing_is_refused_with_the_reason()
    {
        Assert.Contains("is a signer already", Propose('A', true), StringComparison.Ordinal);
        Assert.Contains("is not a signer", Propose('D', false), StringComparison.Ordinal);
        Assert.Contains("no proposal about",
            _proposals.Take(new CliqueMessage.Discard(CliqueScene.Account('D')), Start), StringComparison.Ordinal);
        Assert.Equal("the zero address cannot be a signer",
            _proposals.Take(new CliqueMessage.Propose(Address.Zero, true), Start));
        Assert.Empty(_proposals.All);
    }

    private string? Propose(char letter, bool authorize) =>
        _proposals.Take(new CliqueMessage.Propose(CliqueScene.Account(letter), authorize), Start);
}
