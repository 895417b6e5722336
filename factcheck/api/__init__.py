"""The manners of the JSON API: problems, filtering and paging, the same for every resource."""
