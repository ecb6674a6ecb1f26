using Chain.Consensus.Clique;

namespace Chain.Tests;

public sealed class CliqueSnapshotsTests
{
    [Fact]
    public void A_snapshot_in_memory_needs_no_header_of_the_store()
    {
        var scene = new CliqueScene("ABC");
        var head = scene.Extend(scene.Genesis, "BCA");
        scene.Forget();
        _ = scene.Snapshots.Of(head);
        var lookups = scene.Lookups;

        var next = scene.Seal(head, 'B');
        Assert.Null(scene.Rules.CheckAgainstParent(next, head, CliqueScene.Now));
        Assert.Equal("ABC", CliqueScene.Letters(scene.Snapshots.Of(next)!.Signers));

        Assert.Equal(lookups, scene.Lookups);
    }

    [Fact]
    public void Headers_that_are_not_stored_are_checked_one_on_the_other()
    {
        var scene = new CliqueScene("ABC");
        var parent = scene.Genesis;
        foreach (var signer in "BCABCABCA")
        {
            var header = scene.Seal(parent, signer);
            Assert.Null(scene.Rules.CheckAgainstParent(header, parent, CliqueScene.Now));
            parent = header;
        }
    }

    [Fact]
    public void A_parent_of_which_nothing_is_known_cannot_be_judged()
    {
        var scene = new CliqueScene("ABC");
        var parent = scene.Seal(scene.Genesis, 'B');
        Assert.Null(scene.Rules.CheckAgainstParent(parent, scene.Genesis, CliqueScene.Now));
        var child = scene.Seal(parent, 'C');
        Assert.Null(scene.Rules.CheckAgainstParent(child, parent, CliqueScene.Now));
        var grandchild = scene.Seal(child, 'A');
        scene.Forget();

        Assert.IsType<CliqueHeaderError.UnknownSigners>(
            scene.Rules.CheckAgainstParent(grandchild, child, CliqueScene.Now));
    }

    [Fact]
    public void The_walk_ends_at_a_checkpoint_which_still_knows_who_signed_just_before_it()
    {
        var scene = new CliqueScene("ABC", epoch: 4);
        var head = scene.Extend(scene.Genesis, "BCABCABCAB");
        var (signers, recents) = (scene.Snapshots.Of(head)!.Signers, scene.Snapshots.Of(head)!.Recents);
        scene.Forget();

        var again = scene.Snapshots.Of(head)!;

        Assert.Equal(signers, again.Signers);
        Assert.Equal(recents, again.Recents);
        Assert.True(scene.Lookups < 8, $"{scene.Lookups} headers were looked up.");
    }

    [Fact]
    public void Nobody_signs_again_just_after_a_checkpoint_that_was_read_from_the_store()
    {
        var scene = new CliqueScene("ABC", epoch: 4);
        var checkpoint = scene.Extend(scene.Genesis, "BCAB");
        scene.Forget();

        Assert.IsType<CliqueHeaderError.SignedRecently>(scene.Take(scene.Seal(checkpoint, 'B')));
        Assert.Null(scene.Take(scene.Seal(checkpoint, 'C')));
    }

    [Fact]
    public void The_walk_ends_at_a_snapshot_that_was_kept()
    {
        var scene = new CliqueScene("A");
        var head = scene.Extend(scene.Genesis, new string('A', (int)CliqueSnapshots.KeptEvery));
        scene.Keep(scene.Snapshots.Of(head)!);
        head = scene.Extend(head, "AAA");
        scene.Forget();

        Assert.Equal("A", CliqueScene.Letters(scene.Snapshots.Of(head)!.Signers));

        Assert.True(scene.Lookups < 10, $"{scene.Lookups} headers were looked up.");
    }
}
