// Most of these tests wait for blocks and slots: three classes at once share two cores well.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
