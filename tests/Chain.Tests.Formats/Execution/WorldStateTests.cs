using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class WorldStateTests
{
    private static readonly Address A = Ledger.Alice.Address;
    private static readonly Address B = Ledger.Bob.Address;
    private static readonly Address New = Ledger.Carol.Address;
    private static readonly Hash256 Slot = Keccak256.Hash([1]);

    [Fact]
    public void An_account_that_is_not_there_reads_as_nothing()
    {
        var state = new Ledger().Open();

        Assert.Null(state.GetAccount(New));
        Assert.Equal(UInt256.Zero, state.GetBalance(New));
        Assert.Equal(0UL, state.GetNonce(New));
        Assert.True(state.GetCode(New).IsEmpty);
        Assert.Equal(UInt256.Zero, state.GetStorage(New, Slot));
    }

    [Fact]
    public void What_is_committed_is_read_from_the_new_root()
    {
        var ledger = new Ledger();
        var state = ledger.Open();
        state.SetNonce(New, 1);
        state.SetCode(New, new byte[] { 0x60, 0x00 });
        state.SetStorage(New, Slot, 77);
        state.AddBalance(New, 5);
        state.SubtractBalance(A, 5);
        var root = ledger.Store.Apply(state.Commit());

        var reopened = new WorldState(ledger.Store, root);
        Assert.Equal(new Account(1, 5, reopened.GetAccount(New)!.StorageRoot, Keccak256.Hash([0x60, 0x00])),
            reopened.GetAccount(New));
        Assert.NotEqual(BlockHeader.EmptyTrieRoot, reopened.GetAccount(New)!.StorageRoot);
        Assert.Equal([0x60, 0x00], reopened.GetCode(New).ToArray());
        Assert.Equal((UInt256)77, reopened.GetStorage(New, Slot));
        Assert.Equal((Ledger.Ether * 10) - 5, reopened.GetBalance(A));
    }

    [Fact]
    public void A_state_that_is_committed_is_used_no_more()
    {
        var state = new Ledger().Open();
        state.Commit();

        Assert.Throws<InvalidOperationException>(() => state.GetBalance(A));
        Assert.Throws<InvalidOperationException>(() => state.AddBalance(A, 1));
    }

    [Fact]
    public void Taking_everything_back_leaves_the_root_and_no_new_node()
    {
        var ledger = new Ledger((New, Ledger.With(0, nonce: 1)));
        var state = ledger.Open();
        var start = state.Snapshot();
        state.AddBalance(New, 1);
        state.SetStorage(New, Slot, 1);
        state.SetCode(B, new byte[] { 1 });
        state.SetNonce(A, 9);
        state.EndTransaction();
        state.SubtractBalance(A, state.GetBalance(A));
        state.SetNonce(A, 0);
        state.EndTransaction();
        Assert.Null(state.GetAccount(A));
        state.Revert(start);

        var diff = state.Commit();
        Assert.Equal(ledger.Root, diff.Root);
        Assert.Empty(diff.Nodes);
        Assert.Empty(diff.Codes);
    }

    [Fact]
    public void Snapshots_nest_and_each_is_taken_back_alone()
    {
        var state = new Ledger().Open();
        state.AddBalance(New, 1);
        var outer = state.Snapshot();
        state.AddBalance(New, 10);
        var inner = state.Snapshot();
        state.AddBalance(New, 100);
        Assert.Equal((UInt256)111, state.GetBalance(New));
        state.Revert(inner);
        Assert.Equal((UInt256)11, state.GetBalance(New));
        state.Revert(outer);
        Assert.Equal((UInt256)1, state.GetBalance(New));
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Revert(inner + 1));
    }

    [Fact]
    public void Storage_is_taken_back_slot_by_slot_and_cleared_by_zero()
    {
        var ledger = new Ledger((New, Ledger.With(0, nonce: 1)));
        var state = ledger.Open();
        state.SetStorage(New, Slot, 5);
        var snapshot = state.Snapshot();
        state.SetStorage(New, Slot, 6);
        state.SetStorage(New, Hash256.Zero, 7);
        state.Revert(snapshot);
        Assert.Equal((UInt256)5, state.GetStorage(New, Slot));
        Assert.Equal(UInt256.Zero, state.GetStorage(New, Hash256.Zero));
        state.SetStorage(New, Slot, UInt256.Zero);

        Assert.Equal(ledger.Root, state.Commit().Root);
    }

    [Fact]
    public void An_account_touched_and_left_empty_is_deleted()
    {
        var ledger = new Ledger();
        var state = ledger.Open();
        state.AddBalance(New, 1);
        state.SubtractBalance(New, 1);
        state.EndTransaction();
        Assert.Null(state.GetAccount(New));

        Assert.Equal(ledger.Root, state.Commit().Root);
    }

    [Fact]
    public void An_empty_account_from_genesis_stays_until_it_is_touched()
    {
        var ledger = new Ledger((New, Ledger.With(0)));
        var untouched = ledger.Open();
        untouched.AddBalance(A, 1);
        Assert.NotNull(new WorldState(ledger.Store, ledger.Store.Apply(untouched.Commit())).GetAccount(New));

        var touched = ledger.Open();
        touched.AddBalance(New, 0);
        Assert.Equal(new Ledger().Root, touched.Commit().Root);
    }

    [Fact]
    public void A_touch_that_was_taken_back_deletes_nothing()
    {
        var ledger = new Ledger((New, Ledger.With(0)));
        var state = ledger.Open();
        var snapshot = state.Snapshot();
        state.AddBalance(New, 0);
        state.Revert(snapshot);

        Assert.Equal(ledger.Root, state.Commit().Root);
    }

    [Fact]
    public void Adding_nothing_to_nobody_makes_no_account()
    {
        var ledger = new Ledger();
        var state = ledger.Open();
        state.AddBalance(New, 0);
        state.SubtractBalance(New, 0);

        Assert.Null(state.GetAccount(New));
        Assert.Equal(ledger.Root, state.Commit().Root);
    }

    [Fact]
    public void An_account_deleted_and_made_again_has_lost_its_storage()
    {
        var slots = new List<KeyValuePair<Hash256, UInt256>> { new(Slot, 5) };
        var ledger = new Ledger((New, new GenesisAccount(0, 0, ReadOnlyMemory<byte>.Empty, slots)));
        var state = ledger.Open();
        Assert.Equal((UInt256)5, state.GetStorage(New, Slot));
        state.AddBalance(New, 0);
        state.EndTransaction();
        state.AddBalance(New, 1);

        Assert.Equal(UInt256.Zero, state.GetStorage(New, Slot));
        Assert.Equal(BlockHeader.EmptyTrieRoot,
            new WorldState(ledger.Store, ledger.Store.Apply(state.Commit())).GetAccount(New)!.StorageRoot);
    }

    [Fact]
    public void An_empty_account_refuses_storage_that_it_would_lose() =>
        Assert.Throws<InvalidOperationException>(() => new Ledger().Open().SetStorage(New, Slot, 1));

    [Fact]
    public void Taking_more_than_there_is_is_a_bug_and_throws() =>
        Assert.Throws<OverflowException>(() => new Ledger().Open().SubtractBalance(New, 1));

    [Fact]
    public void A_state_whose_root_the_store_lacks_says_so()
    {
        var state = new WorldState(new MemoryState(), Keccak256.Hash([9]));

        Assert.Throws<MissingStateException>(() => state.GetBalance(A));
    }

    [Fact]
    public void Equal_changes_make_equal_diffs_in_equal_order()
    {
        var diffs = Enumerable.Range(0, 2).Select(_ =>
        {
            var state = new Ledger().Open();
            for (byte i = 1; i < 100; i++) state.AddBalance(Address.OfContract(A, i), i);
            return state.Commit();
        }).ToList();

        Assert.Equal(diffs[0].Nodes.Select(node => node.Key), diffs[1].Nodes.Select(node => node.Key));
    }

    [Fact]
    public void Proofs_of_accounts_and_slots_hold_for_an_independent_verifier()
    {
        var slots = Enumerable.Range(1, 50)
            .Select(i => new KeyValuePair<Hash256, UInt256>(Keccak256.Hash([(byte)i]), (ulong)i)).ToList();
        var many = Enumerable.Range(1, 200).Select(i => (Address.OfContract(B, (ulong)i), Ledger.With((ulong)i)));
        var ledger = new Ledger([(New, new GenesisAccount(7, 1, ReadOnlyMemory<byte>.Empty, slots)), .. many]);
        var absent = Keccak256.Hash([200]);

        var proof = StateProof.Prove(ledger.Store, ledger.Root, New, [slots[3].Key, absent]);
        Assert.Equal(proof.Account!.Encode(),
            ReferenceTrie.Verify(ledger.Root, Keccak256.Hash(New.Bytes).ToArray(), proof.Nodes));
        Assert.Equal([4],
            ReferenceTrie.Verify(proof.Account.StorageRoot, Keccak256.Hash(slots[3].Key.Bytes).ToArray(),
                proof.Storage[0].Nodes));
        Assert.Equal((slots[3].Key, (UInt256)4), (proof.Storage[0].Slot, proof.Storage[0].Value));
        Assert.Null(ReferenceTrie.Verify(proof.Account.StorageRoot, Keccak256.Hash(absent.Bytes).ToArray(),
            proof.Storage[1].Nodes));
        Assert.Equal(UInt256.Zero, proof.Storage[1].Value);

        var nobody = StateProof.Prove(ledger.Store, ledger.Root, Ledger.Miner, [Slot]);
        Assert.Null(nobody.Account);
        Assert.Null(ReferenceTrie.Verify(ledger.Root, Keccak256.Hash(Ledger.Miner.Bytes).ToArray(), nobody.Nodes));
        Assert.Empty(nobody.Storage[0].Nodes);
    }

    [Fact]
    public void The_walk_finds_exactly_what_a_state_needs()
    {
        var code = new byte[] { 1, 2, 3 };
        var slots = Enumerable.Range(1, 30)
            .Select(i => new KeyValuePair<Hash256, UInt256>(Keccak256.Hash([(byte)i]), (ulong)i)).ToList();
        var many = Enumerable.Range(1, 300).Select(i => (Address.OfContract(B, (ulong)i), Ledger.With((ulong)i)));
        var ledger = new Ledger([(New, new GenesisAccount(7, 1, code, slots)), .. many]);
        var oldRoot = ledger.Root;
        var state = ledger.Open();
        state.AddBalance(A, 1);
        state.SetStorage(New, slots[0].Key, 99);
        var newRoot = ledger.Store.Apply(state.Commit());
        var all = ledger.Store.Nodes.Keys.Concat(ledger.Store.Codes.Keys).ToHashSet();

        var visited = new HashSet<Hash256>();
        var ofNew = StateWalker.ReachableNodes(ledger.Store, newRoot, visited).ToList();
        Assert.Equal(ofNew.Count, ofNew.Distinct().Count());
        Assert.Contains(Keccak256.Hash(code), ofNew);
        Assert.True(ofNew.Count < all.Count);

        var onlyOld = StateWalker.ReachableNodes(ledger.Store, oldRoot, visited).ToList();
        Assert.Equal(all, [.. ofNew, .. onlyOld]);
        Assert.InRange(onlyOld.Count, 2, 10);

        foreach (var hash in onlyOld) ledger.Store.Nodes.Remove(hash);
        Assert.Equal(ofNew.Count, StateWalker.ReachableNodes(ledger.Store, newRoot).Count());
        Assert.Equal((UInt256)99, new WorldState(ledger.Store, newRoot).GetStorage(New, slots[0].Key));
        Assert.Throws<MissingStateException>(() => StateWalker.ReachableNodes(ledger.Store, oldRoot).Count());
    }
}
