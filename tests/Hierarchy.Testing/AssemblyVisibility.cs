using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Hierarchy.Tests")]
[assembly: InternalsVisibleTo("hierarchy-bench")]
