using Chain.Consensus;
using Chain.Consensus.Clique;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>EIP-3436: total difficulty, then the lower number, then the more recent turn, then the lower hash.</summary>
public sealed class CliqueForkChoiceTests
{
    private readonly CliqueScene _scene = new("ABCDEFGH");

    [Fact]
    public void The_first_deadlock_of_EIP_3436_is_decided_by_the_shorter_chain()
    {
        // Validators 1 to 8 are A to H. H has sealed in turn; E, G and H go offline.
        var common = _scene.Extend(_scene.Genesis, "BCDEFGH");
        var odd = Branch(common, "AC");
        var even = Branch(common, "BDF");
        Assert.Equal(Weight(odd), Weight(even));

        Assert.Equal(odd[^1].Hash, HeadOf(common, even, odd));
        Assert.Equal(odd[^1].Hash, HeadOf(common, odd, even));
        foreach (var signer in "BDF") Assert.Null(_scene.Take(_scene.Seal(odd[^1], signer)));
    }

    [Fact]
    public void The_second_deadlock_of_EIP_3436_is_decided_by_the_more_recent_turn()
    {
        // G has sealed in turn; G and H go offline. The last block of F is one that SIGNER_LIMIT forbids, which this choice does
        // not ask; the case below has a tie that can happen.
        var common = _scene.Extend(_scene.Genesis, "BCDEFG");
        var odd = Branch(common, "ACE");
        var even = Branch(common, "BD");
        even.Add(_scene.Seal(even[^1], 'F'));
        Assert.Equal((Weight(odd), odd.Count), (Weight(even), even.Count));

        Assert.Equal(even[^1].Hash, HeadOf(common, even, odd));
        Assert.Equal(even[^1].Hash, HeadOf(common, odd, even));
    }

    [Fact]
    public void Two_branches_of_equal_weight_and_length_are_decided_alike_and_can_go_on()
    {
        var common = _scene.Extend(_scene.Genesis, "BCDEFG");
        var odd = Branch(common, "AC");
        var even = Branch(common, "BD");

        Assert.Equal(even[^1].Hash, HeadOf(common, even, odd));
        Assert.Equal(even[^1].Hash, HeadOf(common, odd, even));
        foreach (var signer in "ACE") Assert.Null(_scene.Take(_scene.Seal(even[^1], signer)));
    }

    [Fact]
    public void Of_two_blocks_of_one_signer_the_lower_hash_wins_in_any_order_of_arrival()
    {
        var first = _scene.Seal(_scene.Genesis, 'B');
        var second = _scene.Seal(_scene.Genesis, 'B', change: header => header with { Timestamp = header.Timestamp + 1 });
        Assert.Null(_scene.Take(first));
        Assert.Null(_scene.Take(second));
        var lower = first.Hash.CompareTo(second.Hash) < 0 ? first : second;

        Assert.Equal(lower.Hash, HeadOf(_scene.Genesis, [first], [second]));
        Assert.Equal(lower.Hash, HeadOf(_scene.Genesis, [second], [first]));
    }

    [Fact]
    public void More_weight_wins_over_everything()
    {
        var light = Branch(_scene.Genesis, "A");
        var heavy = Branch(_scene.Genesis, "B");
        Assert.Equal(heavy[^1].Hash, HeadOf(_scene.Genesis, light, heavy));
    }

    [Fact]
    public void An_invalid_block_takes_its_descendants_with_it()
    {
        var light = Branch(_scene.Genesis, "A");
        var heavy = Branch(_scene.Genesis, "BC");
        var forkChoice = Choice(_scene.Genesis, light, heavy);

        forkChoice.OnInvalidBlock(heavy[0].Hash);

        Assert.Equal(light[0].Hash, forkChoice.FindHead());
    }

    [Fact]
    public void What_does_not_descend_from_the_new_root_is_forgotten()
    {
        var kept = Branch(_scene.Genesis, "BC");
        var dropped = Branch(_scene.Genesis, "A");
        var forkChoice = Choice(_scene.Genesis, kept, dropped);

        forkChoice.Prune(kept[0].Hash);

        Assert.Equal(kept[^1].Hash, forkChoice.FindHead());
        Assert.Throws<InvalidOperationException>(() => forkChoice.Prune(dropped[0].Hash));
    }

    [Fact]
    public void Nothing_is_safe_or_final_beyond_the_genesis_block()
    {
        var blocks = Branch(_scene.Genesis, "BCDEFGHABC");
        Assert.Equal(new ForkChoiceMarks(0, 0), Choice(_scene.Genesis, blocks).Marks(blocks[^1]));
    }

    [Fact]
    public void Nobody_vouches_for_a_block_of_an_account_that_is_no_signer_of_the_head()
    {
        var scene = new CliqueScene("ABC");
        Assert.False(scene.Blocks.IsVouchedFor(scene.Seal(scene.Genesis, 'D'), scene.Genesis));
        Assert.True(scene.Blocks.IsVouchedFor(scene.Seal(scene.Genesis, 'C'), scene.Genesis));
    }

    [Fact]
    public void Of_the_blocks_of_one_signer_and_number_only_a_few_are_vouched_for()
    {
        var siblings = Enumerable.Range(0, CliqueBlocks.SiblingsTaken + 1)
            .Select(i => (ulong)i)
            .Select(i => _scene.Seal(_scene.Genesis, 'B', change: header => header with { Timestamp = header.Timestamp + i }))
            .ToList();
        var forkChoice = Choice(_scene.Genesis);
        foreach (var sibling in siblings)
        {
            Assert.Equal(sibling != siblings[^1], _scene.Blocks.IsVouchedFor(sibling, _scene.Genesis));
            forkChoice.OnBlock(new ForkChoiceBlock(sibling, 3, 0));
        }
    }

    private List<SealedHeader> Branch(SealedHeader parent, string signers)
    {
        var blocks = new List<SealedHeader>();
        foreach (var signer in signers) blocks.Add(parent = _scene.Extend(parent, $"{signer}"));
        return blocks;
    }

    private static UInt256 Weight(List<SealedHeader> blocks) =>
        blocks.Aggregate(UInt256.Zero, (sum, block) => sum + block.Header.Difficulty);

    private Hash256 HeadOf(SealedHeader root, params List<SealedHeader>[] branches) => Choice(root, branches).FindHead();

    private CliqueForkChoice Choice(SealedHeader root, params List<SealedHeader>[] branches)
    {
        var forkChoice = new CliqueForkChoice(new ForkChoiceBlock(root, 1, 0), _scene.Blocks);
        foreach (var branch in branches)
        {
            var weight = UInt256.One;
            foreach (var block in branch) forkChoice.OnBlock(new ForkChoiceBlock(block, weight += block.Header.Difficulty, 0));
        }

        return forkChoice;
    }
}
